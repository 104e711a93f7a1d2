package config

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/bothost/bothost/sdk/schema"
)

// Resolved is a section with its references resolved: it holds secrets, and is
// to be handed to the plugin and forgotten.
type Resolved struct {
	// Plugin is the full name: "llm-ollama".
	Plugin string
	// Instance is what an instance is opened with, PerCall what travels with
	// each call: JSON objects, with defaults filled in.
	Instance, PerCall []byte
}

// Fingerprint is a keyed hash (HMAC-SHA-256, in hexadecimal) of what an instance
// is opened with. Sections whose fingerprints are equal can share one.
func (r Resolved) Fingerprint(key []byte) string {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(r.Plugin))
	mac.Write([]byte{0})
	mac.Write(r.Instance)
	return hex.EncodeToString(mac.Sum(nil))
}

// FingerprintOfAll is a keyed hash of the whole section, with what travels with
// each call.
func (r Resolved) FingerprintOfAll(key []byte) string {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(r.Fingerprint(key)))
	mac.Write(r.PerCall)
	return hex.EncodeToString(mac.Sum(nil))
}

// Resolve follows the section's references, each by the rights of the layer
// that wrote it, and checks what came of them. Files are read anew each time.
// Its errors are Problems, which name references and never values.
func (s Section) Resolve() (Resolved, error) {
	if !s.isThere() {
		return Resolved{}, s.missing
	}
	var problems Problems
	var referring []string
	plain := rebuild(s.values, nil, func(path []string, value leaf) (any, bool) {
		if refers(value.Value) {
			referring = append(referring, dotted(path))
		}
		resolved, err := s.follow(path, value)
		if err != nil {
			problems = append(problems, s.problem(dotted(path), err.Error()))
		}
		return resolved, err == nil
	})
	if len(problems) > 0 {
		return Resolved{}, problems.orNil()
	}
	for _, problem := range s.schema.Check(plain) {
		if slices.Contains(referring, problem.Key) {
			// The message could hold a number, and that be the secret.
			problem.Message = "what it refers to does not fit"
		}
		problems = append(problems, s.problem(problem.Key, problem.Message))
	}
	if len(problems) > 0 {
		return Resolved{}, problems.orNil()
	}
	return s.write(plain)
}

// follow gives the value of a leaf with its references resolved.
func (s Section) follow(path []string, value leaf) (any, error) {
	guarded := value.Origin.Registered && under(s.schema.Annotated(schema.Path), dotted(path))
	resolved, err := mapTexts(value.Value, func(text string) (any, error) {
		resolved, err := s.rights.resolve(value.Origin, text)
		if err != nil {
			return nil, err
		}
		if guarded && resolved != "" {
			if _, err := s.rights.inside(resolved); err != nil {
				return nil, err
			}
		}
		return resolved, nil
	})
	if err != nil {
		return nil, err
	}
	text, isText := resolved.(string)
	if isText && (value.Origin.Env || refers(value.Value)) {
		return s.schema.Coerce(path, text), nil
	}
	return resolved, nil
}

// write divides the section and writes it the same way for the same values.
func (s Section) write(plain map[string]any) (Resolved, error) {
	delete(plain, s.slot.choice)
	instance, perCall := s.schema.Split(s.schema.Defaults(plain))
	delete(instance, s.slot.choice)
	resolved := Resolved{Plugin: s.Plugin}
	for half, into := range map[*[]byte]map[string]any{&resolved.Instance: instance, &resolved.PerCall: perCall} {
		raw, err := json.Marshal(canonical(into))
		if err != nil {
			return Resolved{}, fmt.Errorf("write %s: %w", s.slot.section, err)
		}
		*half = raw
	}
	return resolved, nil
}
