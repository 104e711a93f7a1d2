package config

import (
	"slices"
	"strings"
)

// Bot is the effective configuration of one tenant, checked as a whole.
type Bot struct {
	LLM, Memory, Store Section
	// SystemPrompt is the text itself; "" if there is none.
	SystemPrompt string

	merged tree
}

// Bot makes the configuration of a tenant that files describe, or else of one
// that is registered with these overrides, as ParseOverrides gave them; nil
// overrides inherit everything. A tenant that files describe is what they say,
// whatever is registered under its name. Its errors are Problems.
func (r *Resolver) Bot(tenant string, overrides map[string]any) (*Bot, error) {
	layers, problems := r.layersOf(tenant, overrides)
	bot, found := r.merged(layers)
	if err := append(problems, found...).orNil(); err != nil {
		return nil, err
	}
	return bot, nil
}

// layersOf gives a tenant's own layers.
func (r *Resolver) layersOf(tenant string, overrides map[string]any) ([]tree, Problems) {
	if described, ok := r.config.tenants[tenant]; ok {
		return described.layers, nil
	}
	origin := Origin{Name: "tenant (registered)", Tenant: true, Registered: true}
	values, problems := normalize(overrides, origin)
	patterns := r.config.settings.TenantMaySet
	walk(values, nil, func(path []string, _ leaf) {
		if key := dotted(path); !mayRegister(patterns, key) {
			problems = append(problems, Problem{
				Key: key, Source: origin.Name,
				Message: "may not be set over the API; tenant_may_set allows: " + strings.Join(patterns, ", "),
			})
		}
	})
	return []tree{values}, problems
}

// merged puts a tenant's layers over what is inherited and checks the whole.
func (r *Resolver) merged(layers []tree) (*Bot, Problems) {
	return r.build(merge(slices.Concat([]tree{r.base}, layers), r.inherit))
}

// build makes a bot of a merged configuration, or says all that is wrong.
func (r *Resolver) build(merged tree) (*Bot, Problems) {
	bot := &Bot{merged: merged}
	problems := checkKeys(merged, r.config.own.Keys())
	into := []*Section{&bot.LLM, &bot.Memory, &bot.Store}
	for i, slot := range slots() {
		section, found := r.section(slot, merged)
		*into[i], problems = section, append(problems, found...)
	}
	prompt, found := systemPrompt(merged)
	bot.SystemPrompt = prompt
	return bot, append(problems, found...)
}
