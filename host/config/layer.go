package config

import (
	"maps"
	"slices"
	"strings"
)

// Origin is where a value came from, and with it what the value may do.
type Origin struct {
	// Name for people: "default", "file bothost.yaml", "env BOTHOST__LISTEN".
	Name string
	// Dir is the folder that relative references to files start from.
	Dir string
	// Env marks a text that takes on whatever type its key wants.
	Env bool
	// Tenant marks what is a tenant's own, as opposed to inherited.
	Tenant bool
	// Registered marks what came over the API: it has no rights but those
	// that the operator gives.
	Registered bool
}

// leaf is a value that is not a map, and where it came from.
type leaf struct {
	Value  any
	Origin Origin
}

// tree is a configuration whose maps are tree and whose other values are leaf.
type tree = map[string]any

// layer is what one source says.
type layer struct {
	origin Origin
	values tree
}

// child gives the map at a key; nil if there is none.
func child(t tree, key string) tree {
	below, _ := t[key].(tree)
	return below
}

// find gives the value at a path.
func find(t tree, path []string) (any, bool) {
	for i, step := range path {
		value, ok := t[step]
		if !ok || i == len(path)-1 {
			return value, ok
		}
		if t, ok = value.(tree); !ok {
			return nil, false
		}
	}
	return t, true
}

// remove takes the value at a path out of the tree, in place.
func remove(t tree, path []string) {
	for _, step := range path[:len(path)-1] {
		below, ok := t[step].(tree)
		if !ok {
			return
		}
		t = below
	}
	delete(t, path[len(path)-1])
}

// walk visits the leaves below a tree in the order of their keys.
func walk(t tree, path []string, visit func(path []string, value leaf)) {
	for _, key := range slices.Sorted(maps.Keys(t)) {
		at := slices.Concat(path, []string{key})
		switch value := t[key].(type) {
		case tree:
			walk(value, at, visit)
		case leaf:
			visit(at, value)
		}
	}
}

// rebuild copies a tree, with what the function gives in place of each leaf; a
// leaf that it gives nothing for is left out.
func rebuild(t tree, path []string, replace func(path []string, value leaf) (any, bool)) map[string]any {
	copied := make(map[string]any, len(t))
	for key, item := range t {
		at := slices.Concat(path, []string{key})
		switch item := item.(type) {
		case tree:
			copied[key] = rebuild(item, at, replace)
		case leaf:
			if value, ok := replace(at, item); ok {
				copied[key] = value
			}
		}
	}
	return copied
}

// originOf names the layer that a key's value, or some value below it, is of.
func originOf(t tree, path []string) string {
	value, ok := find(t, path)
	if !ok {
		return ""
	}
	if value, ok := value.(leaf); ok {
		return value.Origin.Name
	}
	name := ""
	below, _ := value.(tree)
	walk(below, nil, func(_ []string, value leaf) {
		if name == "" {
			name = value.Origin.Name
		}
	})
	return name
}

// dotted writes a path for people.
func dotted(path []string) string { return strings.Join(path, ".") }
