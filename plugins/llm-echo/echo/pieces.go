package echo

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// words cuts text after the white space that follows each word: joined, they
// are text again.
func words(text string) []string {
	var cut []string
	start, inSpace := 0, false
	for i, r := range text {
		space := unicode.IsSpace(r)
		if inSpace && !space && strings.TrimSpace(text[start:i]) != "" {
			cut = append(cut, text[start:i])
			start = i
		}
		inSpace = space
	}
	if start < len(text) {
		cut = append(cut, text[start:])
	}
	return cut
}

// evenly cuts text into n pieces of whole code points, as even as can be; into
// fewer if it has not that many code points. Joined, they are text again.
func evenly(text string, n int) []string {
	left := utf8.RuneCountInString(text)
	n = min(n, left)
	pieces := make([]string, 0, n)
	for ; n > 0; n-- {
		size := left / n
		end := 0
		for range size {
			_, width := utf8.DecodeRuneInString(text[end:])
			end += width
		}
		pieces = append(pieces, text[:end])
		text, left = text[end:], left-size
	}
	return pieces
}

// firstWords cuts text after its n-th word and reports whether it had more; 0
// is all of it.
func firstWords(text string, n int) (string, bool) {
	all := words(text)
	if n <= 0 || len(all) <= n {
		return text, false
	}
	return strings.TrimRightFunc(strings.Join(all[:n], ""), unicode.IsSpace), true
}
