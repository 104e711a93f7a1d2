package schema

import (
	"encoding/json"
	"fmt"
	"maps"

	"github.com/invopop/jsonschema"
)

// Of derives the schema of a section from the Go type it is decoded into, a
// struct. Keys come from `json` tags, constraints from `jsonschema` tags
// (description, required, default, minimum, maximum, enum, pattern, ...) and
// annotations from `jsonschema_extras`:
//
//	type Config struct {
//		URL string `json:"url" jsonschema:"required,pattern=^https?://" jsonschema_extras:"x-endpoint=true"`
//		Key string `json:"key" jsonschema_extras:"x-secret=true"`
//	}
//
// A key is required only where it is tagged so, and a key that is not in the
// struct is a mistake.
func Of[T any]() (*Schema, error) {
	reflector := jsonschema.Reflector{
		Anonymous:                  true,
		DoNotReference:             true,
		ExpandedStruct:             true,
		RequiredFromJSONSchemaTags: true,
	}
	raw, err := json.Marshal(reflector.Reflect(new(T)))
	if err != nil {
		return nil, fmt.Errorf("derive schema of %T: %w", *new(T), err)
	}
	var root node
	if err := json.Unmarshal(raw, &root); err != nil {
		return nil, fmt.Errorf("derive schema of %T: %w", *new(T), err)
	}
	widenToNumbers(root)
	derived, err := fromNode(root)
	if err != nil {
		return nil, fmt.Errorf("derive schema of %T: %w", *new(T), err)
	}
	return derived, nil
}

// Combine makes one section of its two halves: what an instance is opened
// with, and what travels with each call, whose keys get x-per-call. A key in
// both is an error. Either may be nil.
func Combine(instance, perCall *Schema) (*Schema, error) {
	properties, required := node{}, []any{}
	for _, half := range []*Schema{instance, perCall} {
		if half == nil {
			continue
		}
		keys, _ := half.root["properties"].(node)
		for key := range keys {
			if _, taken := properties[key]; taken {
				return nil, fmt.Errorf("combine schemas: %q is a key of the instance and of each call", key)
			}
			property, _ := half.property(half.root, key)
			properties[key] = mark(property, half == perCall)
		}
		names, _ := half.root["required"].([]any)
		required = append(required, names...)
	}
	combined := node{"type": "object", "properties": properties, "additionalProperties": false}
	if len(required) > 0 {
		combined["required"] = required
	}
	return fromNode(combined)
}

// mark copies a key's schema and annotates it.
func mark(property node, perCall bool) node {
	marked := maps.Clone(property)
	if perCall {
		marked[PerCall] = true
	}
	return marked
}

// WithKey gives a copy of the schema whose section may also hold one more
// string: the key by which a host picks the plugin.
func (s *Schema) WithKey(name, description string) (*Schema, error) {
	root, properties := maps.Clone(s.root), node{}
	if present, ok := s.root["properties"].(node); ok {
		properties = maps.Clone(present)
	}
	properties[name] = node{"type": "string", "description": description}
	root["properties"] = properties
	return fromNode(root)
}
