package schema

import (
	"encoding/json"
	"fmt"
	"math/big"
	"slices"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
)

// explain turns the validator's tree of failures into one problem a key.
func (s *Schema) explain(failure *jsonschema.ValidationError) []Problem {
	key := strings.Join(failure.InstanceLocation, ".")
	switch k := failure.ErrorKind.(type) {
	case *kind.AdditionalProperties:
		return s.unknown(failure.InstanceLocation, k.Properties)
	case *kind.Required:
		problems := make([]Problem, 0, len(k.Missing))
		for _, name := range k.Missing {
			problems = append(problems, Problem{Key: join(key, name), Message: "is required", Missing: true})
		}
		return problems
	case *kind.AnyOf, *kind.OneOf:
		return []Problem{{Key: key, Message: s.alternatives(failure)}}
	}
	if len(failure.Causes) == 0 {
		return []Problem{{Key: key, Message: message(failure.ErrorKind)}}
	}
	var problems []Problem
	for _, cause := range failure.Causes {
		problems = append(problems, s.explain(cause)...)
	}
	return problems
}

// unknown reports keys that an object does not have.
func (s *Schema) unknown(path, keys []string) []Problem {
	var known []string
	if object, ok := s.at(path); ok {
		known = s.names(object)
	}
	problems := make([]Problem, 0, len(keys))
	for _, name := range keys {
		problems = append(problems, Problem{Key: join(strings.Join(path, "."), name), Message: Unknown(name, known)})
	}
	return problems
}

// Unknown is the message for a key that is none of those known.
func Unknown(name string, known []string) string {
	if len(known) == 0 {
		return "unknown key; none are allowed here"
	}
	message := "unknown key"
	if nearest := Nearest(name, known); nearest != "" {
		message += fmt.Sprintf("; did you mean %q?", nearest)
	}
	return message + " (allowed: " + strings.Join(known, ", ") + ")"
}

// alternatives says what each of several forms asks for.
func (s *Schema) alternatives(failure *jsonschema.ValidationError) string {
	var reasons []string
	for _, cause := range failure.Causes {
		for _, problem := range s.explain(cause) {
			reasons = append(reasons, problem.Message)
		}
	}
	if len(reasons) == 0 {
		return "fits more than one of the allowed forms"
	}
	return "fits none of the allowed forms: " + strings.Join(reasons, "; or ")
}

// message says what one keyword of a schema asks for.
func message(failure jsonschema.ErrorKind) string {
	switch k := failure.(type) {
	case *kind.Type:
		return fmt.Sprintf("want %s, got %s", article(k.Want...), article(k.Got))
	case *kind.Enum:
		return "want one of " + list(k.Want)
	case *kind.Const:
		return "want " + list([]any{k.Want})
	case *kind.Pattern:
		switch k.Want {
		case durationPattern:
			return "want a duration like 300s, or a number of seconds"
		case sizePattern:
			return wantSize
		}
		return "does not match " + k.Want
	case *kind.DependentRequired:
		return k.Prop + " also needs " + strings.Join(k.Missing, ", ")
	case *kind.FalseSchema, *kind.Not:
		return "is not allowed"
	}
	if bound, ok := bounds(failure); ok {
		return bound
	}
	return "does not fit: " + strings.Join(failure.KeywordPath(), ".")
}

// bounds says which limit was passed.
func bounds(failure jsonschema.ErrorKind) (string, bool) {
	switch k := failure.(type) {
	case *kind.Minimum:
		return fmt.Sprintf("want at least %s, got %s", decimal(k.Want), decimal(k.Got)), true
	case *kind.Maximum:
		return fmt.Sprintf("want at most %s, got %s", decimal(k.Want), decimal(k.Got)), true
	case *kind.ExclusiveMinimum:
		return fmt.Sprintf("want more than %s, got %s", decimal(k.Want), decimal(k.Got)), true
	case *kind.ExclusiveMaximum:
		return fmt.Sprintf("want less than %s, got %s", decimal(k.Want), decimal(k.Got)), true
	case *kind.MultipleOf:
		return fmt.Sprintf("want a multiple of %s, got %s", decimal(k.Want), decimal(k.Got)), true
	case *kind.MinLength:
		if k.Got == 0 {
			return "must not be empty", true
		}
		return fmt.Sprintf("want at least %d characters, got %d", k.Want, k.Got), true
	case *kind.MaxLength:
		return fmt.Sprintf("want at most %d characters, got %d", k.Want, k.Got), true
	case *kind.MinItems:
		return fmt.Sprintf("want at least %d items, got %d", k.Want, k.Got), true
	case *kind.MaxItems:
		return fmt.Sprintf("want at most %d items, got %d", k.Want, k.Got), true
	default:
		return "", false
	}
}

// article names types for people.
func article(types ...string) string {
	names := make([]string, 0, len(types))
	for _, name := range slices.Sorted(slices.Values(types)) {
		switch name {
		case "integer":
			name = "a whole number"
		case "boolean":
			name = "true or false"
		case "object":
			name = "a map of keys"
		case "array":
			name = "a list"
		case "null":
		default:
			name = "a " + name
		}
		names = append(names, name)
	}
	return strings.Join(names, " or ")
}

func list(values []any) string {
	written := make([]string, 0, len(values))
	for _, value := range values {
		if raw, err := json.Marshal(value); err == nil {
			written = append(written, string(raw))
		}
	}
	return strings.Join(written, ", ")
}

// decimal writes a number as a person would.
func decimal(number *big.Rat) string {
	if number.IsInt() {
		return number.RatString()
	}
	return strings.TrimRight(number.FloatString(9), "0")
}
