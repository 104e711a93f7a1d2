package config

import "github.com/knadh/koanf/maps"

// rule changes what is inherited, in place, before a layer is merged over it.
type rule func(layer, inherited tree)

// merge puts layers on top of each other, later over earlier. None of them is
// changed, and the result shares nothing with them but the leaves' values, which
// never change. It is koanf's merge without a koanf.Koanf around it: that would
// copy and flatten everything for look-ups that nobody makes, and a cold bot
// would take twice as long.
func merge(layers []tree, apply rule) tree {
	merged := tree{}
	for _, values := range layers {
		apply(values, merged)
		maps.Merge(copyOf(values), merged)
	}
	return merged
}

// copyOf copies the maps of a tree.
func copyOf(t tree) tree {
	copied := make(tree, len(t))
	for key, value := range t {
		if below, ok := value.(tree); ok {
			value = copyOf(below)
		}
		copied[key] = value
	}
	return copied
}

// inheritAll is the rule where there is none.
func inheritAll(tree, tree) {}
