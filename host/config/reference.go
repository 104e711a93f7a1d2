package config

import (
	"errors"
	"fmt"
	"strings"
)

// reference is ${env:NAME} or ${file:path} within a text.
type reference struct {
	scheme, name string
}

func (r reference) String() string { return "${" + r.scheme + ":" + r.name + "}" }

// part is a piece of a text: literal, or a reference.
type part struct {
	literal   string
	reference *reference
}

// parseText takes a text apart. $${ stands for ${; any other ${ must begin a
// reference.
func parseText(text string) ([]part, error) {
	var parts []part
	var literal strings.Builder
	for text != "" {
		switch {
		case strings.HasPrefix(text, "$${"):
			literal.WriteString("${")
			text = text[len("$${"):]
		case strings.HasPrefix(text, "${"):
			found, rest, err := parseReference(text)
			if err != nil {
				return nil, err
			}
			parts = append(parts, part{literal: literal.String()}, part{reference: found})
			literal.Reset()
			text = rest
		default:
			literal.WriteByte(text[0])
			text = text[1:]
		}
	}
	return append(parts, part{literal: literal.String()}), nil
}

// parseReference reads the reference that a text begins with.
func parseReference(text string) (*reference, string, error) {
	inside, rest, closed := strings.Cut(text[len("${"):], "}")
	if !closed {
		return nil, "", errors.New("a ${ is not closed; write $${ for the text ${")
	}
	scheme, name, _ := strings.Cut(inside, ":")
	if (scheme != "env" && scheme != "file") || name == "" {
		return nil, "", errors.New("a ${...} is neither ${env:NAME} nor ${file:path}; write $${ for the text ${")
	}
	return &reference{scheme: scheme, name: name}, rest, nil
}

// literalOf gives what a text stands for, if it refers to nothing.
func literalOf(text string) (string, bool) {
	parts, err := parseText(text)
	if err != nil || len(parts) != 1 {
		return "", false
	}
	return parts[0].literal, true
}

// eachText calls the function for every text within a leaf's value.
func eachText(value any, visit func(text string)) {
	switch value := value.(type) {
	case string:
		visit(value)
	case []any:
		for _, item := range value {
			eachText(item, visit)
		}
	case map[string]any:
		for _, item := range value {
			eachText(item, visit)
		}
	}
}

// refers reports that a value holds a reference, or what looks like one.
func refers(value any) bool {
	found := false
	eachText(value, func(text string) {
		if _, literal := literalOf(text); !literal {
			found = true
		}
	})
	return found
}

// mapTexts copies a leaf's value with every text in it replaced.
func mapTexts(value any, replace func(text string) (any, error)) (any, error) {
	switch value := value.(type) {
	case string:
		return replace(value)
	case []any:
		list := make([]any, len(value))
		for i, item := range value {
			copied, err := mapTexts(item, replace)
			if err != nil {
				return nil, err
			}
			list[i] = copied
		}
		return list, nil
	case map[string]any:
		object := make(map[string]any, len(value))
		for key, item := range value {
			copied, err := mapTexts(item, replace)
			if err != nil {
				return nil, err
			}
			object[key] = copied
		}
		return object, nil
	default:
		return value, nil
	}
}

// errEmpty says that a secret is there and is nothing.
var errEmpty = errors.New("what it refers to is empty")

// missing says that what a reference names is not there.
func missing(r reference, why string) error { return fmt.Errorf("%s: %s", r, why) }
