package fakeollama

import (
	"fmt"
	"maps"
	"slices"
)

// optionTypes names the type of the options that are checked, as the real
// server does; it warns of others in its log.
func optionTypes() map[string]string {
	return map[string]string{
		"num_predict": "integer", "num_ctx": "integer", "seed": "integer", "top_k": "integer",
		"temperature": "float32", "top_p": "float32",
		"stop": "array",
	}
}

// wrongOption is the server's complaint of an option of a wrong type.
func wrongOption(options map[string]any) string {
	types := optionTypes()
	for _, name := range slices.Sorted(maps.Keys(options)) {
		isRight := true
		switch types[name] {
		case "integer", "float32":
			_, isRight = options[name].(float64)
		case "array":
			_, isRight = options[name].([]any)
		}
		if !isRight {
			return fmt.Sprintf("option %q must be of type %s", name, types[name])
		}
	}
	return ""
}
