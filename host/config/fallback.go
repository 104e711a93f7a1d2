package config

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"strings"
)

// fallbackKey is the key of an llm section that lists further ones, which speak
// in its place where it cannot. The list is a leaf: a layer that sets it replaces
// it whole, so that nothing in an entry is of two layers, and a secret there goes
// nowhere but where its own layer sends it.
const fallbackKey = "fallback"

// maxFallbacks bounds how long a turn can be passed on.
const maxFallbacks = 4

// fallbacks checks each entry of the list as a section of its own. Where the
// list itself is right there is a Section for each entry, right or wrong.
func (r *Resolver) fallbacks(merged tree) ([]Section, Problems) {
	given, ok := child(merged, llmSlot().section)[fallbackKey]
	if !ok {
		return nil, nil
	}
	key := llmSlot().section + "." + fallbackKey
	wrong := Problem{Key: key, Source: originOf(merged, strings.Split(key, "."))}
	value, _ := given.(leaf)
	list, ok := listOf(value)
	switch {
	case !ok:
		wrong.Message = "want a list of llm sections"
		return nil, Problems{wrong}
	case len(list) > maxFallbacks:
		wrong.Message = fmt.Sprintf("want at most %d, got %d", maxFallbacks, len(list))
		return nil, Problems{wrong}
	}
	sections, problems := make([]Section, len(list)), Problems(nil)
	for i, entry := range list {
		section, found := r.fallback(i, entry, value.Origin)
		sections[i], problems = section, append(problems, found...)
	}
	return sections, problems
}

// fallback checks one entry. What it lacks no other layer can give.
func (r *Resolver) fallback(i int, entry any, origin Origin) (Section, Problems) {
	slot := fallbackSlot(i)
	values, problems := entryOf(slot, entry, origin)
	if len(problems) > 0 {
		return Section{}, problems
	}
	if _, nested := values[fallbackKey]; nested {
		delete(values, fallbackKey)
		problems = Problems{{
			Key: slot.section + "." + fallbackKey, Source: origin.Name,
			Message: "a fallback has none of its own; put it behind this one in the list",
		}}
	}
	section, found := r.section(slot, tree{slot.section: values})
	for i := range found {
		found[i].required = false
		found[i].Source = cmp.Or(found[i].Source, origin.Name)
	}
	return section, append(problems, found...)
}

// fallbackSlot is the place of an entry.
func fallbackSlot(i int) slot {
	place := llmSlot()
	return slot{section: fmt.Sprintf("%s.%s[%d]", place.section, fallbackKey, i), choice: place.choice, kind: place.kind}
}

// entryOf makes a tree of an entry: of the origin of the list, except that what
// is written there has its types already.
func entryOf(slot slot, entry any, origin Origin) (tree, Problems) {
	values, ok := entry.(map[string]any)
	if !ok {
		return nil, Problems{{
			Key: slot.section, Source: origin.Name,
			Message: "want a map of keys, with " + slot.choice + " among them",
		}}
	}
	origin.Env = false
	normal, problems := normalize(values, origin)
	for i := range problems {
		problems[i].Key = slot.section + "." + problems[i].Key
	}
	return normal, problems
}

// listOf gives the list of a leaf; a variable has it as JSON, or is empty.
func listOf(value leaf) ([]any, bool) {
	text, isText := value.Value.(string)
	if !isText || !value.Origin.Env {
		list, ok := value.Value.([]any)
		return list, ok
	}
	if strings.TrimSpace(text) == "" {
		return []any{}, true
	}
	read, err := exactJSON{}.Unmarshal(fmt.Appendf(nil, `{"list": %s}`, bytes.TrimSpace([]byte(text))))
	list, ok := read["list"].([]any)
	return list, ok && err == nil && len(read) == 1
}

// withoutFallbacks is what an llm section says for its own plugin.
func (s slot) withoutFallbacks(values tree) tree {
	if s != llmSlot() {
		return values
	}
	own := maps.Clone(values)
	delete(own, fallbackKey)
	return own
}

// isFallbacks reports that a path in the slot's section is that of the list.
func (s slot) isFallbacks(path []string) bool {
	return s == llmSlot() && path[0] == fallbackKey
}

// showFallbacks gives what may be seen of the list.
func (b *Bot) showFallbacks() any {
	list := make([]any, len(b.Fallbacks))
	for i, section := range b.Fallbacks {
		list[i] = rebuild(section.values, nil, func(path []string, value leaf) (any, bool) {
			return section.show(path, value), true
		})
	}
	return list
}

// forbidden gives the keys of a registered leaf that no pattern allows: its own,
// or where that is the list of fallbacks, those in it.
func forbidden(patterns []string, path []string, value leaf) []string {
	key := dotted(path)
	if mayRegister(patterns, key) {
		return nil
	}
	list, ok := listOf(value)
	if key != llmSlot().section+"."+fallbackKey || !ok || len(list) == 0 {
		return []string{key}
	}
	var keys []string
	for i, entry := range list {
		place := fallbackSlot(i)
		values, problems := entryOf(place, entry, value.Origin)
		if len(values) == 0 || len(problems) > 0 {
			return []string{key}
		}
		walk(values, []string{place.section}, func(path []string, _ leaf) {
			if inside := dotted(path); !mayRegister(patterns, inside) {
				keys = append(keys, inside)
			}
		})
	}
	return keys
}
