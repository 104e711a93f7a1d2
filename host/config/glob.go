package config

import "strings"

// glob reports that a text fits a pattern, in which * stands for any text.
func glob(pattern, text string) bool {
	first, rest, wild := strings.Cut(pattern, "*")
	if !wild {
		return pattern == text
	}
	if !strings.HasPrefix(text, first) {
		return false
	}
	text = text[len(first):]
	for {
		var next string
		next, rest, wild = strings.Cut(rest, "*")
		if !wild {
			return strings.HasSuffix(text, next)
		}
		at := strings.Index(text, next)
		if at < 0 {
			return false
		}
		text = text[at+len(next):]
	}
}

// mayRegister reports that a key may be set over the API: it, or what it is
// part of, fits one of the patterns. Nil allows every key.
func mayRegister(patterns []string, key string) bool {
	if patterns == nil {
		return true
	}
	for _, pattern := range patterns {
		if glob(pattern, key) || glob(pattern+".*", key) {
			return true
		}
	}
	return false
}
