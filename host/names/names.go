// Package names has the one rule for names that people give: of tenants,
// whether in a file or registered, of conversations and users, and idempotency
// keys.
package names

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// MaxBytes is the length of the longest name.
const MaxBytes = 256

// Wrong says why a text cannot be a name; "" if it can. A name is 1 to MaxBytes
// bytes of UTF-8 without control characters. Whether other characters can be
// printed is not asked: that changes with each version of Unicode, and what was a
// name has to stay one.
func Wrong(name string) string {
	switch {
	case name == "":
		return "must not be empty"
	case len(name) > MaxBytes:
		return "must have at most 256 bytes"
	case !utf8.ValidString(name) || strings.ContainsFunc(name, unicode.IsControl):
		return "must be UTF-8 text without control characters"
	}
	return ""
}
