package config

import (
	"fmt"

	"github.com/knadh/koanf/maps"
	"github.com/knadh/koanf/providers/confmap"
	"github.com/knadh/koanf/v2"
)

// delimiter is what koanf writes between keys. It cannot occur in one, since
// keys hold no control characters: a prompt may well be named "v1.2".
const delimiter = "\x1f"

// rule changes what is inherited, in place, before a layer is merged over it.
type rule func(layer, inherited tree)

// merge puts layers on top of each other, later over earlier. None of them is
// changed, and the result shares nothing with them.
func merge(layers []tree, apply rule) (tree, error) {
	merged := koanf.New(delimiter)
	over := koanf.WithMergeFunc(func(source, destination map[string]any) error {
		apply(source, destination)
		maps.Merge(source, destination)
		return nil
	})
	for _, values := range layers {
		if err := merged.Load(confmap.Provider(values, ""), nil, over); err != nil {
			return nil, fmt.Errorf("merge configuration: %w", err)
		}
	}
	return merged.Raw(), nil
}

// inheritAll is the rule where there is none.
func inheritAll(tree, tree) {}
