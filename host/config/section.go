package config

import (
	"cmp"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"github.com/bothost/bothost/sdk/schema"
)

// Section is the configuration of one plugin, checked, its references not
// resolved yet.
type Section struct {
	// Plugin is the full name: "llm-ollama".
	Plugin string

	slot   slot
	values tree
	schema *schema.Schema
	rights rights
	// missing says that the plugin is not there; then there is no schema.
	missing Problems
}

func (s Section) isThere() bool { return len(s.missing) == 0 }

// section checks one section of a merged configuration.
func (r *Resolver) section(slot slot, merged tree) (Section, Problems) {
	values, ok := merged[slot.section].(tree)
	if !ok {
		return Section{}, Problems{{
			Key: slot.section, Message: "want a map of keys, with " + slot.choice + " among them",
			Source: originOf(merged, []string{slot.section}), required: merged[slot.section] == nil,
		}}
	}
	chosen, _ := values[slot.choice].(leaf)
	name, _ := chosen.Value.(string)
	problem := Problem{Key: slot.section + "." + slot.choice, Source: chosen.Origin.Name}
	if name == "" {
		problem.Message, problem.required = "must name a plugin", values[slot.choice] == nil
		return Section{}, Problems{problem}
	}
	described, err := r.schemas.of(slot, name)
	if err != nil {
		problem.Message, problem.MissingPlugin = err.Error(), slot.kind+"-"+name
		if errors.Is(err, errNotThere) {
			problem.Message = r.schemas.absent(slot, name)
		}
		missing := Problems{problem}
		return Section{Plugin: problem.MissingPlugin, slot: slot, values: values, missing: missing}, missing
	}
	values = slot.withoutFallbacks(values)
	s := Section{Plugin: slot.kind + "-" + name, slot: slot, values: values, schema: described, rights: r.config.rights}
	return s, s.check()
}

// check reports what is wrong as far as it can be told without resolving
// references: a value that refers to something is taken for right.
func (s Section) check() Problems {
	var problems Problems
	var referring []string
	plain := rebuild(s.values, nil, func(path []string, value leaf) (any, bool) {
		if err := s.permitted(dotted(path), value); err != nil {
			problems = append(problems, s.problem(dotted(path), err.Error()))
		}
		if refers(value.Value) {
			referring = append(referring, dotted(path))
			return nil, false
		}
		return s.literal(path, value), true
	})
	for _, problem := range s.schema.Check(plain) {
		// A key that refers to something was left out for the check: that
		// it is missing is no mistake.
		if slices.Contains(referring, problem.Key) {
			continue
		}
		wrong := s.problem(problem.Key, problem.Message)
		wrong.required = problem.Missing
		problems = append(problems, wrong)
	}
	return problems
}

// literal is the value of a leaf that refers to nothing.
func (s Section) literal(path []string, value leaf) any {
	plain, err := mapTexts(value.Value, func(text string) (any, error) {
		literal, _ := literalOf(text)
		return literal, nil
	})
	if err != nil {
		return value.Value
	}
	return typed(s.schema, path, leaf{Value: plain, Origin: value.Origin})
}

// errLiteralSecret refuses what would be stored and shown.
var errLiteralSecret = errors.New("a secret over the API must be a reference, ${env:NAME} or ${file:path}, not the secret itself")

// permitted says why a leaf may not be what it is, by the layer it is from.
func (s Section) permitted(key string, value leaf) error {
	secret := value.Origin.Registered && under(s.schema.Annotated(schema.Secret), key)
	guarded := value.Origin.Registered && under(s.schema.Annotated(schema.Path), key)
	open := value.Origin.Registered && !secret
	var wrong error
	eachText(value.Value, func(text string) {
		err := s.rights.allowed(value.Origin, text)
		literal, isLiteral := literalOf(text)
		switch {
		case err != nil || !isLiteral || literal == "":
		case secret:
			err = errLiteralSecret
		case open && maskURL(text) != text:
			err = errLiteralSecret
		case guarded:
			_, err = s.rights.inside(literal)
		}
		wrong = cmp.Or(wrong, err)
	})
	if _, isNumber := value.Value.(json.Number); isNumber && secret {
		return errLiteralSecret
	}
	return wrong
}

// problem is one of this section's.
func (s Section) problem(key, message string) Problem {
	path := []string{s.slot.section}
	if key != "" {
		path = append(path, strings.Split(key, ".")...)
	}
	source := originOf(tree{s.slot.section: s.values}, path)
	return Problem{Key: dotted(path), Message: message, Source: source}
}
