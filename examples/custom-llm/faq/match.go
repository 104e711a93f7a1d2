package faq

import (
	"strings"
	"unicode"
)

// known is an entry as it is looked up.
type known struct {
	words  map[string]bool
	answer string
}

// answer finds the entry of whose question the message has the largest share of
// words, if that is at least likeness; the first of several.
func (p *Provider) answer(asked string, likeness float64) (answer string, found bool) {
	words := wordsOf(asked)
	best := 0.0
	for _, known := range p.known {
		if share := known.share(words); share >= likeness && share > best {
			best, answer, found = share, known.answer, true
		}
	}
	return answer, found
}

// share is how much of the question's words are among the given ones.
func (k known) share(words map[string]bool) float64 {
	common := 0
	for word := range k.words {
		if words[word] {
			common++
		}
	}
	return float64(common) / float64(len(k.words))
}

// wordsOf gives the letters and digits of a text, in small letters.
func wordsOf(text string) map[string]bool {
	words := map[string]bool{}
	for word := range strings.FieldsFuncSeq(strings.ToLower(text), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r)
	}) {
		words[word] = true
	}
	return words
}
