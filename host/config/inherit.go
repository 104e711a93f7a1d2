package config

import (
	"fmt"
	"slices"
	"strings"

	"github.com/bothost/bothost/sdk/schema"
)

// inherit is the rule by which a layer of a bot's configuration goes over what
// is inherited.
func (r *Resolver) inherit(layer, inherited tree) {
	for _, slot := range slots() {
		r.inheritSection(slot, layer, inherited)
	}
	_, choosesPrompt := layer["system_prompt"]
	_, givesPrompt := child(layer, "prompts")["system"]
	if choosesPrompt || givesPrompt {
		delete(inherited, "system_prompt")
	}
}

// inheritSection starts a section afresh where the layer picks another plugin,
// and drops its secrets where the layer changes where they are sent.
func (r *Resolver) inheritSection(slot slot, layer, inherited tree) {
	over, below := child(layer, slot.section), child(inherited, slot.section)
	if over == nil || below == nil {
		return
	}
	before, _ := below[slot.choice].(leaf)
	if after, ok := over[slot.choice]; ok && !sameChoice(before, after) {
		delete(inherited, slot.section)
		return
	}
	name, _ := before.Value.(string)
	described, err := r.schemas.of(slot, name)
	if err != nil {
		return
	}
	if changesEndpoint(described, over, below) {
		dropSecrets(slot, described, below)
	}
}

func sameChoice(before leaf, after any) bool {
	chosen, ok := after.(leaf)
	return ok && chosen.Value == before.Value
}

// changesEndpoint reports that a layer gives an endpoint another value than it
// would inherit, be that a default.
func changesEndpoint(described *schema.Schema, over, below tree) bool {
	plain := func(t tree) map[string]any {
		return described.Defaults(rebuild(t, nil, func(_ []string, value leaf) (any, bool) { return value.Value, true }))
	}
	inherited := plain(below)
	for _, key := range described.Annotated(schema.Endpoint) {
		path := strings.Split(key, ".")
		given, ok := find(over, path)
		if !ok {
			// A layer that puts something else in the place of a map on
			// the way there changes it too.
			ok = replacesParent(over, path)
		}
		if !ok {
			continue
		}
		if value, isLeaf := given.(leaf); isLeaf {
			given = value.Value
		} else if below, isMap := given.(tree); isMap {
			given = plain(below)
		}
		if before, ok := find(inherited, path); !ok || fmt.Sprint(before) != fmt.Sprint(given) {
			return true
		}
	}
	return false
}

func replacesParent(over tree, path []string) bool {
	for length := 1; length < len(path); length++ {
		value, ok := find(over, path[:length])
		if !ok {
			return false
		}
		if _, isLeaf := value.(leaf); isLeaf {
			return true
		}
	}
	return false
}

// dropSecrets removes from a section what is a secret by its schema, and what
// refers to one. Fallbacks have endpoints of their own, to which theirs are sent.
func dropSecrets(slot slot, described *schema.Schema, section tree) {
	secrets := described.Annotated(schema.Secret)
	var drop [][]string
	walk(section, nil, func(path []string, value leaf) {
		if !slot.isFallbacks(path) && (under(secrets, dotted(path)) || refers(value.Value)) {
			drop = append(drop, slices.Clone(path))
		}
	})
	for _, path := range drop {
		remove(section, path)
	}
}
