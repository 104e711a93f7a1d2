package schema

import (
	"maps"
	"slices"
)

// Annotated gives the keys that carry an annotation, at any depth below the
// section's root, dots between, sorted.
func (s *Schema) Annotated(annotation string) []string {
	var found []string
	s.collect(s.root, "", annotation, maxDepth, &found)
	slices.Sort(found)
	return found
}

func (s *Schema) collect(n node, prefix, annotation string, depth int, found *[]string) {
	if depth == 0 {
		return
	}
	for _, name := range s.names(n) {
		property, _ := s.property(n, name)
		if is(property, annotation) {
			*found = append(*found, prefix+name)
		}
		s.collect(property, prefix+name+".", annotation, depth-1, found)
	}
}

// Split divides a section into what an instance is opened with and what
// travels with each call. Neither is nil; their values are those of the
// argument, not copies.
func (s *Schema) Split(value map[string]any) (instance, perCall map[string]any) {
	instance, perCall = map[string]any{}, map[string]any{}
	for key, item := range value {
		if property, ok := s.property(s.root, key); ok && is(property, PerCall) {
			perCall[key] = item
		} else {
			instance[key] = item
		}
	}
	return instance, perCall
}

// Defaults gives a copy of a section in which absent keys have their defaults.
// An absent object is made where its schema is written in place, its own keys
// have defaults and none of them is required. Values are shared with the argument and must not be changed.
func (s *Schema) Defaults(value map[string]any) map[string]any {
	return s.complete(s.root, value, maxDepth)
}

func (s *Schema) complete(n node, value map[string]any, depth int) map[string]any {
	completed := maps.Clone(value)
	if completed == nil {
		completed = map[string]any{}
	}
	if depth == 0 {
		return completed
	}
	for _, name := range s.names(n) {
		property, _ := s.property(n, name)
		present, ok := completed[name]
		if ok {
			if object, isObject := present.(map[string]any); isObject {
				completed[name] = s.complete(property, object, depth-1)
			}
			continue
		}
		if byDefault, ok := s.absent(property, depth); ok && !s.refers(n, name) {
			completed[name] = byDefault
		}
	}
	return completed
}

// absent gives the value of a key that is not there.
func (s *Schema) absent(property node, depth int) (any, bool) {
	if byDefault, ok := property["default"]; ok {
		return clone(byDefault), true
	}
	if required, _ := property["required"].([]any); len(required) > 0 {
		return nil, false
	}
	made := s.complete(property, nil, depth-1)
	return made, len(made) > 0
}

// refers reports that a key's schema is written elsewhere, perhaps around it:
// an object made for it could be without end.
func (s *Schema) refers(n node, name string) bool {
	properties, _ := s.resolve(n)["properties"].(node)
	property, _ := properties[name].(node)
	_, refers := property["$ref"]
	_, byDefault := property["default"]
	return refers && !byDefault
}

// clone copies a JSON-like value.
func clone(value any) any {
	switch value := value.(type) {
	case map[string]any:
		copied := make(map[string]any, len(value))
		for key, item := range value {
			copied[key] = clone(item)
		}
		return copied
	case []any:
		copied := make([]any, len(value))
		for i, item := range value {
			copied[i] = clone(item)
		}
		return copied
	default:
		return value
	}
}

// Keys gives the keys that the section may have at its top, sorted.
func (s *Schema) Keys() []string { return s.names(s.root) }
