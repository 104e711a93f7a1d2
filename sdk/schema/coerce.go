package schema

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
)

// Coerce reads a text, such as the value of an environment variable, as the
// type that the schema gives the key at path. A list may be written as JSON or
// with commas between. What is not of that type, or has no place in the
// schema, stays the text that it is, for Check to say so.
func (s *Schema) Coerce(path []string, text string) any {
	target, ok := s.at(path)
	if !ok {
		return text
	}
	switch types := typesOf(target); {
	case slices.Contains(types, "string"):
		return text
	case slices.Contains(types, "integer"), slices.Contains(types, "number"):
		return coerced(text, func(value any) bool { _, ok := value.(json.Number); return ok })
	case slices.Contains(types, "boolean"):
		return coerced(text, func(value any) bool { _, ok := value.(bool); return ok })
	case slices.Contains(types, "object"):
		return coerced(text, func(value any) bool { _, ok := value.(map[string]any); return ok })
	case slices.Contains(types, "array"):
		return s.list(path, text)
	default:
		return text
	}
}

func typesOf(n node) []string {
	switch types := n["type"].(type) {
	case string:
		return []string{types}
	case []any:
		var names []string
		for _, name := range types {
			if name, ok := name.(string); ok {
				names = append(names, name)
			}
		}
		return names
	default:
		return nil
	}
}

// coerced reads JSON if it is what is wanted.
func coerced(text string, wanted func(any) bool) any {
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil || decoder.More() || !wanted(value) {
		return text
	}
	return value
}

func (s *Schema) list(path []string, text string) any {
	items := []any{}
	switch trimmed := strings.TrimSpace(text); {
	case trimmed == "":
		return items
	case strings.HasPrefix(trimmed, "["):
		return coerced(text, func(value any) bool { _, ok := value.([]any); return ok })
	}
	for item := range strings.SplitSeq(text, ",") {
		at := slices.Concat(path, []string{strconv.Itoa(len(items))})
		items = append(items, s.Coerce(at, strings.TrimSpace(item)))
	}
	return items
}
