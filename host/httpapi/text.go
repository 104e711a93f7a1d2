package httpapi

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// Text that is not UTF-8, or holds U+0000, cannot be stored or handed to a
// plugin; it is refused here, wherever in a request it stands.

// checkText refuses a path or a query that is not such text.
func checkText(r *http.Request) error {
	if !storable(r.URL.Path) {
		return problemf(http.StatusUnprocessableEntity, "invalid", "the path must be UTF-8 text without U+0000")
	}
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return problemf(http.StatusUnprocessableEntity, "invalid", "the query cannot be read: %v", err)
	}
	for name, values := range query {
		if !storable(name) || !storable(strings.Join(values, "")) {
			return fieldProblem(strings.ToValidUTF8(name, "?"), "must be UTF-8 text without U+0000")
		}
	}
	return nil
}

func storable(text string) bool {
	return utf8.ValidString(text) && !strings.ContainsRune(text, 0)
}

// hasHalfPair reports that a text of a JSON document holds one half of a
// surrogate pair, \ud83d alone. It stands for no character, and decoding would
// put another in its place.
func hasHalfPair(document []byte) bool {
	for i := 0; i < len(document); i++ {
		if document[i] != '\\' {
			continue
		}
		first, ok := escaped(document[i:])
		if !ok {
			// The escaped byte is none that begins an escape.
			i++
			continue
		}
		i += escapeBytes - 1
		if !utf16.IsSurrogate(first) {
			continue
		}
		second, ok := escaped(document[i+1:])
		if !ok || utf16.DecodeRune(first, second) == utf8.RuneError {
			return true
		}
		i += escapeBytes
	}
	return false
}

// escapeBytes is the length of \uXXXX.
const escapeBytes = 6

// escaped reads the \uXXXX that a text begins with.
func escaped(text []byte) (rune, bool) {
	if len(text) < escapeBytes || text[0] != '\\' || text[1] != 'u' {
		return 0, false
	}
	unit, err := strconv.ParseUint(string(text[2:escapeBytes]), 16, 16)
	return rune(unit), err == nil
}
