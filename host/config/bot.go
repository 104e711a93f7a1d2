package config

import (
	"slices"
	"strings"

	"github.com/bothost/bothost/host/allow"
)

// Bot is the effective configuration of one tenant, checked as a whole.
type Bot struct {
	LLM, Memory, Store Section
	// Fallbacks are asked in LLM's place, in order, while it cannot speak.
	Fallbacks []Section
	// SystemPrompt is the text itself; "" if there is none.
	SystemPrompt string
	// Allow is what clients may choose.
	Allow allow.Rules

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

// ToServe is Bot for whoever is about to serve turns: that the plugin of an llm
// section is not there is no mistake then, as long as another one's is. The
// section of a plugin that is not there cannot be resolved.
func (r *Resolver) ToServe(tenant string, overrides map[string]any) (*Bot, error) {
	layers, problems := r.layersOf(tenant, overrides)
	bot, found := r.merged(layers)
	problems = append(problems, found...)
	wrong := slices.DeleteFunc(slices.Clone(problems), func(p Problem) bool {
		return strings.HasPrefix(p.MissingPlugin, llmSlot().kind+"-")
	})
	if len(wrong) == 0 && slices.ContainsFunc(bot.Models(), Section.isThere) {
		return bot, nil
	}
	return nil, problems.orNil()
}

// Models are the llm section and its fallbacks, in the order in which they are
// asked.
func (b *Bot) Models() []Section { return slices.Concat([]Section{b.LLM}, b.Fallbacks) }

// layersOf gives a tenant's own layers.
func (r *Resolver) layersOf(tenant string, overrides map[string]any) ([]tree, Problems) {
	if described, ok := r.config.tenants[tenant]; ok {
		return described.layers, nil
	}
	origin := Origin{Name: "tenant (registered)", Tenant: true, Registered: true}
	values, problems := normalize(overrides, origin)
	patterns := r.config.settings.TenantMaySet
	walk(values, nil, func(path []string, value leaf) {
		for _, key := range forbidden(patterns, path, value) {
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
	fallbacks, found := r.fallbacks(merged)
	bot.Fallbacks, problems = fallbacks, append(problems, found...)
	prompt, found := systemPrompt(merged)
	bot.SystemPrompt, problems = prompt, append(problems, found...)
	bot.Allow, found = r.allowed(merged)
	return bot, append(problems, found...)
}
