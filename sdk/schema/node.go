package schema

import (
	"maps"
	"slices"
	"strings"
)

// maxDepth bounds the walk of a schema that refers to itself.
const maxDepth = 32

// node is one schema object of the tree as it was parsed.
type node = map[string]any

// resolve follows references within the document.
func (s *Schema) resolve(n node) node {
	for range maxDepth {
		reference, ok := n["$ref"].(string)
		if !ok {
			return n
		}
		target, ok := s.lookup(reference)
		if !ok {
			return n
		}
		n = target
	}
	return n
}

// lookup finds what a reference of the form "#/a/b" points to.
func (s *Schema) lookup(reference string) (node, bool) {
	pointer, ok := strings.CutPrefix(reference, "#")
	if !ok {
		return nil, false
	}
	at := s.root
	for step := range strings.SplitSeq(strings.TrimPrefix(pointer, "/"), "/") {
		if step == "" {
			continue
		}
		step = strings.NewReplacer("~1", "/", "~0", "~").Replace(step)
		if at, ok = at[step].(node); !ok {
			return nil, false
		}
	}
	return at, true
}

// property finds the schema of a key of an object, or of an item of a list.
func (s *Schema) property(n node, key string) (node, bool) {
	n = s.resolve(n)
	if properties, ok := n["properties"].(node); ok {
		if found, ok := properties[key].(node); ok {
			return annotated(found, s.resolve(found)), true
		}
	}
	for _, keyword := range []string{"additionalProperties", "items"} {
		if found, ok := n[keyword].(node); ok {
			return annotated(found, s.resolve(found)), true
		}
	}
	return nil, false
}

// annotated is what a reference resolved to, with what was written beside the
// reference taking precedence.
func annotated(reference, resolved node) node {
	if _, ok := reference["$ref"]; !ok {
		return resolved
	}
	merged := maps.Clone(resolved)
	for key, value := range reference {
		if key != "$ref" {
			merged[key] = value
		}
	}
	return merged
}

// at finds the schema at a path below the root.
func (s *Schema) at(path []string) (node, bool) {
	current := s.root
	for _, step := range path {
		next, ok := s.property(current, step)
		if !ok {
			return nil, false
		}
		current = next
	}
	return s.resolve(current), true
}

// names gives the keys that an object may have, sorted.
func (s *Schema) names(n node) []string {
	properties, _ := s.resolve(n)["properties"].(node)
	return slices.Sorted(maps.Keys(properties))
}

func is(n node, annotation string) bool {
	set, _ := n[annotation].(bool)
	return set
}
