// Package tinymodel makes language models of the llama architecture that are
// small enough to be made, loaded and run within a test, a few hundred KB: one
// that recites a text, and one that babbles.
//
// What they say is decided by the last token alone. A layer adds nothing
// to what goes through it; a token's embedding is one number in a place of its
// own, and the output matrix has a row for each token that says after which
// places it may follow. Tokens that are never said (the bytes that prompts are
// made of, the marks of roles) share the first place.
package tinymodel

import (
	"errors"
	"fmt"

	"github.com/bothost/bothost/plugins/llm-ollama/tinygguf/gguf"
)

// Template is the prompt template that these models are for.
const Template = `{{ range .Messages }}<|{{ .Role }}|>{{ .Content }}{{ end }}<|assistant|>`

// Reciter makes a model that answers whatever it is asked with script, word by
// word.
func Reciter(script string) (gguf.File, error) {
	return reciter(script, 1, func([]int) int { return endToken })
}

// EndlessReciter makes a model that begins its script again and again. All that
// more layers do is to make it slower.
func EndlessReciter(script string, layers int) (gguf.File, error) {
	if layers < 1 {
		return gguf.File{}, fmt.Errorf("tinymodel: a model needs a layer, not %d", layers)
	}
	return reciter(script+" ", layers, func(said []int) int { return said[0] })
}

// reciter makes a model that goes on after its script with the token that
// afterwards chooses of those of the script.
func reciter(script string, layers int, afterwards func(said []int) int) (gguf.File, error) {
	pieces := cutScript(script)
	if len(pieces) == 0 {
		return gguf.File{}, errors.New("tinymodel: the script is empty")
	}
	words := newVocabulary(pieces)
	next := succession{}
	for i, token := range words.said {
		if i+1 < len(words.said) {
			next.follow(token, words.said[i+1], sure)
		}
	}
	next.followUnsaid(words.said[0], sure)
	next.follow(words.said[len(words.said)-1], afterwards(words.said), sure)
	return build("tiny-reciter", words, next, layers), nil
}

// Babbler makes a model that says random words. Which ones is up to the seed
// of the request, if its temperature is not 0.
func Babbler() gguf.File {
	words := newVocabulary(cutScript(babble))
	next := succession{}
	for i, token := range words.said {
		// Unequal, so that there is one likeliest word at temperature 0.
		next.followUnsaid(token, likely-float32(i)*unevenness)
		for j, before := range words.said {
			rank := (i - j + 2*len(words.said) - stride) % len(words.said)
			next.follow(before, token, likely-float32(rank)*unevenness)
		}
	}
	for _, before := range words.said {
		next.follow(before, endToken, likely-1)
	}
	return build("tiny-babbler", words, next, 1)
}

const (
	babble = "red green blue sun moon star tree leaf root bird fish stone " +
		"river cloud rain wind snow fire light shade house road bridge door "
	// stride is how far on a word's likeliest successor is.
	stride = 7
	// unevenness is how much less likely each next successor is.
	unevenness = 0.02
)
