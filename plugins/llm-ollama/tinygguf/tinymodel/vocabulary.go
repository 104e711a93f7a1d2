package tinymodel

import (
	"fmt"
	"strings"
)

// The tokens that every vocabulary begins with.
const (
	unknownToken = iota
	beginToken
	endToken
	firstRole
)

// Kinds of tokens, in the format's numbers.
const (
	normalToken  = int32(1)
	unknownKind  = int32(2)
	controlToken = int32(3)
	byteToken    = int32(6)
)

// vocabulary is the tokens of a model: the special ones, those of the roles, a
// byte each so that any prompt can be read, and the pieces that it says.
type vocabulary struct {
	texts []string
	kinds []int32
	// said are the numbers of the pieces, in order.
	said []int
}

func newVocabulary(pieces []string) vocabulary {
	var v vocabulary
	v.add("<unk>", unknownKind)
	for _, text := range []string{"<s>", "</s>", "<|system|>", "<|user|>", "<|assistant|>", "<|tool|>"} {
		v.add(text, controlToken)
	}
	for b := range 256 {
		v.add(fmt.Sprintf("<0x%02X>", b), byteToken)
	}
	for _, piece := range pieces {
		v.said = append(v.said, v.size())
		v.add(strings.ReplaceAll(piece, " ", spaceMark), normalToken)
	}
	return v
}

// spaceMark is how the tokenizer writes a space.
const spaceMark = "\u2581"

func (v *vocabulary) add(text string, kind int32) {
	v.texts = append(v.texts, text)
	v.kinds = append(v.kinds, kind)
}

func (v *vocabulary) size() int { return len(v.texts) }

// scores rank the tokens for reading a prompt: later ones are worse.
func (v *vocabulary) scores() []float32 {
	scores := make([]float32, v.size())
	for i := range scores {
		scores[i] = -float32(i)
	}
	return scores
}
