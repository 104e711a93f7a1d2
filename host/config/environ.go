package config

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/knadh/koanf/providers/env/v2"
)

// envPrefix begins the names of variables that are configuration; the same two
// underscores stand between keys, so that BOTHOST_URL and its like are none.
const envPrefix = "BOTHOST__"

// variable is one that is configuration.
type variable struct {
	name, value string
}

// environment makes a layer of the variables that are configuration. Their
// values are texts until the schema says what they should be.
func environment(environ []string) (layer, Problems) {
	values, problems := tree{}, Problems(nil)
	found := map[string]variable{}
	provider := env.Provider("", env.Opt{
		Prefix:      envPrefix,
		EnvironFunc: func() []string { return environ },
		TransformFunc: func(name, value string) (string, any) {
			key := strings.ToLower(strings.TrimPrefix(name, envPrefix))
			if before, twice := found[key]; twice && before.name != name {
				problems = append(problems, Problem{Message: "is the same key as " + before.name, Source: "env " + name})
			}
			found[key] = variable{name: name, value: value}
			return key, value
		},
	})
	if _, err := provider.Read(); err != nil {
		return layer{}, Problems{{Message: fmt.Sprintf("read environment: %v", err)}}
	}
	for _, key := range slices.Sorted(maps.Keys(found)) {
		origin := Origin{Name: "env " + found[key].name, Dir: absolute("."), Env: true}
		if reason := place(values, key, leaf{Value: found[key].value, Origin: origin}); reason != "" {
			problems = append(problems, Problem{Message: reason, Source: origin.Name})
		}
	}
	return layer{origin: Origin{Name: "env"}, values: values}, problems
}

// place puts a value where its key says, or says why it cannot be there.
func place(values tree, key string, value leaf) string {
	text, _ := value.Value.(string)
	if !validText(text) {
		return "the value holds U+0000, or is not UTF-8"
	}
	path := strings.Split(key, "__")
	if slices.Contains(path, "") {
		return "is not a key: there is nothing between some of its underscores"
	}
	if path[0] == "tenants" {
		return "tenants cannot be described in the environment"
	}
	for i, step := range path[:len(path)-1] {
		below, ok := values[step].(tree)
		if _, taken := values[step]; taken && !ok {
			return "another variable gives " + dotted(path[:i+1]) + " itself a value"
		}
		if !ok {
			below = tree{}
			values[step] = below
		}
		values = below
	}
	last := path[len(path)-1]
	if _, taken := values[last]; taken {
		return "other variables give keys below it values"
	}
	values[last] = value
	return ""
}
