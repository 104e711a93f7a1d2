package schema

import (
	"encoding/json"
	"errors"
	"math"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// Problem is one mistake in a section.
type Problem struct {
	// Key is the path from the section's root, dots between; "" is the section.
	Key string
	// Message says what is wrong, without the value.
	Message string
	// Missing says that the key is required and is not there.
	Missing bool
}

// Check gives every mistake in a section, sorted by key; none if it fits. The
// value is JSON-like: maps of strings, lists, strings, booleans, and numbers
// of Go's types or json.Number.
func (s *Schema) Check(value map[string]any) []Problem {
	pruned, problems := prune("", value)
	if err := s.compiled.Validate(pruned); err != nil {
		failure, ok := errors.AsType[*jsonschema.ValidationError](err)
		if !ok {
			return append(problems, Problem{Message: "cannot be checked"})
		}
		problems = append(problems, s.explain(failure)...)
	}
	problems = append(problems, s.oversized(nil, pruned)...)
	slices.SortStableFunc(problems, func(a, b Problem) int { return strings.Compare(a.Key, b.Key) })
	return slices.CompactFunc(problems, func(a, b Problem) bool { return a.Key == b.Key })
}

// prune copies a value without what no schema can allow, and reports that: the
// validator would say less about it, or take very long.
func prune(key string, value any) (any, []Problem) {
	var problems []Problem
	switch value := value.(type) {
	case map[string]any:
		kept := make(map[string]any, len(value))
		for name, item := range value {
			child := join(key, name)
			if reason := impossible(item); reason != "" {
				problems = append(problems, Problem{Key: child, Message: reason})
				continue
			}
			copied, below := prune(child, item)
			kept[name], problems = copied, append(problems, below...)
		}
		return kept, problems
	case []any:
		kept := make([]any, 0, len(value))
		for i, item := range value {
			child := join(key, strconv.Itoa(i))
			if reason := impossible(item); reason != "" {
				problems = append(problems, Problem{Key: child, Message: reason})
				continue
			}
			copied, below := prune(child, item)
			kept, problems = append(kept, copied), append(problems, below...)
		}
		return kept, problems
	default:
		return value, nil
	}
}

// impossible says why no schema can allow a value.
func impossible(value any) string {
	switch value := value.(type) {
	case nil:
		return "null is not a value; leave the key out, or give it a value"
	case json.Number:
		if number, err := value.Float64(); err != nil || tiny(number, value) {
			return "the number is out of range"
		}
	case float64:
		if math.IsNaN(value) || math.IsInf(value, 0) {
			return "the number is not finite"
		}
	}
	return ""
}

// tiny reports that a number is so small that it became zero, like 1e-999999.
func tiny(number float64, written json.Number) bool {
	mantissa, _, _ := strings.Cut(strings.ToLower(written.String()), "e")
	return number == 0 && strings.ContainsAny(mantissa, "123456789")
}

// oversized reports whole numbers that are too big for a Go integer. A schema
// allows them, and decoding would fail, later than anybody expects.
func (s *Schema) oversized(path []string, value any) []Problem {
	switch value := value.(type) {
	case map[string]any:
		var problems []Problem
		for name, item := range value {
			problems = append(problems, s.oversized(slices.Concat(path, []string{name}), item)...)
		}
		return problems
	case json.Number:
		key, known := s.at(path)
		exact, ok := new(big.Rat).SetString(value.String())
		if known && slices.Contains(typesOf(key), "integer") && ok && exact.IsInt() && !exact.Num().IsInt64() {
			return []Problem{{Key: strings.Join(path, "."), Message: "the number is out of range"}}
		}
	}
	return nil
}

func join(prefix, name string) string {
	if prefix == "" {
		return name
	}
	return prefix + "." + name
}
