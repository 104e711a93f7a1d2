package schema

import (
	"strings"

	"github.com/agext/levenshtein"
)

// Nearest gives the known name that a wrong one was probably meant to be, or
// "" if none is near.
func Nearest(name string, known []string) string {
	best, distance := "", 2+len(name)/3
	for _, candidate := range known {
		if d := levenshtein.Distance(strings.ToLower(name), strings.ToLower(candidate), nil); d < distance {
			best, distance = candidate, d
		}
	}
	if best != "" {
		return best
	}
	for _, candidate := range known {
		if len(name) > 2 && (strings.HasPrefix(candidate, name) || strings.HasPrefix(name, candidate)) {
			return candidate
		}
	}
	return ""
}
