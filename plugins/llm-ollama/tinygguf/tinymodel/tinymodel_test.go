package tinymodel_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/bothost/bothost/plugins/llm-ollama/tinygguf/gguf"
	"github.com/bothost/bothost/plugins/llm-ollama/tinygguf/tinymodel"
)

// The tokens that begin and end a text, as the metadata number them.
const (
	begin = 1
	end   = 2
)

// simulated is a model that is run the short way: one-hot in, likeliest out.
type simulated struct {
	tokens            []string
	dimension         int
	embedding, output []float32
}

func simulate(t fataler, file gguf.File) simulated {
	var s simulated
	for _, pair := range file.Metadata {
		switch value := pair.Value.(type) {
		case []string:
			s.tokens = value
		case uint32:
			if pair.Key == "llama.embedding_length" {
				s.dimension = int(value)
			}
		}
	}
	for _, tensor := range file.Tensors {
		switch tensor.Name {
		case "token_embd.weight":
			s.embedding = tensor.Data
		case "output.weight":
			s.output = tensor.Data
		}
	}
	if s.dimension == 0 || len(s.embedding) != s.dimension*len(s.tokens) || len(s.output) != len(s.embedding) {
		t.Fatalf("the model is incomplete: %d tokens of dimension %d", len(s.tokens), s.dimension)
	}
	return s
}

type fataler interface{ Fatalf(string, ...any) }

// next is the likeliest token after one.
func (s simulated) next(token int) int {
	best, bestLogit := -1, float32(0)
	for after := range s.tokens {
		logit := float32(0)
		for i := range s.dimension {
			logit += s.embedding[token*s.dimension+i] * s.output[after*s.dimension+i]
		}
		if best < 0 || logit > bestLogit {
			best, bestLogit = after, logit
		}
	}
	return best
}

// say gives at most limit tokens, and whether the model ended by itself.
func (s simulated) say(limit int) (string, bool) {
	var said strings.Builder
	for token := begin; limit > 0; limit-- {
		if token = s.next(token); token == end {
			return said.String(), true
		}
		said.WriteString(strings.ReplaceAll(s.tokens[token], "\u2581", " "))
	}
	return said.String(), false
}

func TestReciterRecites(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SliceOfN(rapid.SampledFrom([]string{"one", "two", "three", "four\n", "\u00fcber"}), 1, 30).Draw(t, "words")
		script := strings.Join(words, " ")
		file, err := tinymodel.Reciter(script)
		if err != nil {
			t.Fatal(err)
		}
		if said, isOver := simulate(t, file).say(len(words) + 1); said != script || !isOver {
			t.Fatalf("it says %q (over: %v), want %q", said, isOver, script)
		}
	})
}

func TestEndlessReciterGoesOn(t *testing.T) {
	t.Parallel()
	file, err := tinymodel.EndlessReciter("one two three", 2)
	if err != nil {
		t.Fatal(err)
	}
	if said, isOver := simulate(t, file).say(7); said != "one two three one two three one " || isOver {
		t.Errorf("it says %q (over: %v)", said, isOver)
	}
}

func TestBabblerSaysSeveralWords(t *testing.T) {
	t.Parallel()
	said, _ := simulate(t, tinymodel.Babbler()).say(20)
	distinct := map[string]bool{}
	for _, word := range strings.Fields(said) {
		distinct[word] = true
	}
	if len(distinct) < 3 {
		t.Errorf("it says %q", said)
	}
}

func TestWhatNobodyCanRecite(t *testing.T) {
	t.Parallel()
	if _, err := tinymodel.Reciter(""); err == nil {
		t.Error("an empty script makes a model")
	}
	if _, err := tinymodel.EndlessReciter("one", 0); err == nil {
		t.Error("no layer makes a model")
	}
}
