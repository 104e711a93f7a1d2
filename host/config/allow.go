package config

import (
	"encoding/json"
	"errors"

	"github.com/bothost/bothost/host/allow"
	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/schema"
)

const allowKey = "allow"

// allowed reads the section of what clients may choose.
func (r *Resolver) allowed(merged tree) (allow.Rules, Problems) {
	section, given := merged[allowKey]
	if !given {
		return allow.Rules{}, nil
	}
	values, ok := section.(tree)
	if !ok {
		return allow.Rules{}, Problems{{Key: allowKey, Message: "want a map of keys", Source: originOf(merged, []string{allowKey})}}
	}
	described, err := r.schemas.allow()
	if err != nil {
		return allow.Rules{}, Problems{{Key: allowKey, Message: err.Error()}}
	}
	raw, err := json.Marshal(rebuild(values, nil, func(path []string, value leaf) (any, bool) {
		return typed(described, path, value), true
	}))
	if err != nil {
		return allow.Rules{}, Problems{{Key: allowKey, Message: "cannot be written as JSON"}}
	}
	rules, err := schema.Decode[allow.Rules](described, raw)
	return rules, allowProblems(merged, err)
}

func allowProblems(merged tree, err error) Problems {
	if err == nil {
		return nil
	}
	var problems Problems
	for _, field := range fault.As(err).Fields {
		path := []string{allowKey, field.Key}
		problems = append(problems, Problem{Key: dotted(path), Message: field.Message, Source: originOf(merged, path[:1])})
	}
	if problems == nil {
		problems = Problems{{Key: allowKey, Message: err.Error()}}
	}
	return problems
}

// Two names of the same limit; a section may know one or both, and then the
// second is what counts if it is set.
const (
	maxTokens           = "max_tokens"
	maxCompletionTokens = "max_completion_tokens"
)

// Adjust gives the per-call half of a section with other values in it, by the
// keys of the section. It refuses keys that the plugin does not take with each
// call (fault.Unsupported) and values that do not fit (fault.Invalid), with the
// keys in Fields.
func (s Section) Adjust(perCall json.RawMessage, changes map[string]any) (json.RawMessage, error) {
	values := map[string]any{}
	if err := json.Unmarshal(perCall, &values); err != nil {
		return nil, errors.New("the options of " + s.Plugin + " are no JSON object")
	}
	var changed []string
	var problems []schema.Problem
	takes := s.perCallKeys()
	for key, value := range changes {
		at := key
		if _, isSet := values[maxCompletionTokens]; key == maxTokens && (isSet || !takes[key]) {
			at = maxCompletionTokens
		}
		if !takes[at] {
			return nil, fault.New(fault.Unsupported, "%s has no parameter %s", s.Plugin, key).
				WithField(key, s.Plugin+" has no such parameter")
		}
		values[at], changed = value, append(changed, at)
	}
	for _, problem := range s.schema.Check(values) {
		// What an instance is opened with is not here.
		if under(changed, problem.Key) {
			problems = append(problems, problem)
		}
	}
	if len(problems) > 0 {
		return nil, schema.Fault(problems)
	}
	return json.Marshal(canonical(values))
}

func (s Section) perCallKeys() map[string]bool {
	takes := map[string]bool{}
	for _, key := range s.schema.Annotated(schema.PerCall) {
		takes[key] = true
	}
	return takes
}
