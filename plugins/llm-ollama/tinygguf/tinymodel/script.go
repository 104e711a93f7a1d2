package tinymodel

import "unicode"

// cutScript cuts a text into the pieces that become tokens, words with the
// white space after them. Each piece must be unlike all others, for what
// follows depends on it alone: a word that comes again is joined with those
// after it until it is new, or with the piece before it at the text's end.
func cutScript(text string) []string {
	var pieces []string
	seen := map[string]bool{}
	pending := ""
	for _, word := range cutWords(text) {
		pending += word
		if !seen[pending] {
			seen[pending] = true
			pieces = append(pieces, pending)
			pending = ""
		}
	}
	for pending != "" && len(pieces) > 0 {
		last := len(pieces) - 1
		delete(seen, pieces[last])
		pending = pieces[last] + pending
		pieces = pieces[:last]
		if !seen[pending] {
			return append(pieces, pending)
		}
	}
	return pieces
}

// cutWords cuts a text after the white space that follows each word.
func cutWords(text string) []string {
	var words []string
	start, inSpace := 0, false
	for i, r := range text {
		space := unicode.IsSpace(r)
		if inSpace && !space {
			words = append(words, text[start:i])
			start = i
		}
		inSpace = space
	}
	if start < len(text) {
		words = append(words, text[start:])
	}
	return words
}
