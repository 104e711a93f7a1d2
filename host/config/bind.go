package config

import (
	"maps"
	"slices"
)

// Resolver makes the configuration of any tenant. Its methods may be called
// concurrently.
type Resolver struct {
	config   *Config
	schemas  *schemas
	base     tree
	registry Section
}

// Bind checks what every tenant inherits, and every tenant that files
// describe, against the plugins that there are. What is inherited need not be
// complete: a key that a plugin requires may be left for tenants to give. Its
// errors are Problems; the resolver that comes with them is not to be put in
// force, and makes the configurations of tenants that they do not concern.
func (c *Config) Bind(plugins Plugins) (*Resolver, error) {
	r := &Resolver{config: c, schemas: newSchemas(plugins)}
	r.base = merge(c.bot, r.inherit)
	problems := r.checkBase()
	if len(problems) == 0 {
		problems = append(problems, r.bindRegistry()...)
		problems = append(problems, r.checkTenants()...)
	}
	return r, problems.orNil()
}

// checkBase reports what is wrong with what is inherited, save what is missing.
func (r *Resolver) checkBase() Problems {
	_, found := r.build(r.base)
	found = slices.DeleteFunc(found, func(problem Problem) bool { return problem.required })
	for i := range found {
		found[i].Key = "bot." + found[i].Key
	}
	return found
}

func (r *Resolver) checkTenants() Problems {
	var problems Problems
	for _, name := range slices.Sorted(maps.Keys(r.config.tenants)) {
		_, found := r.merged(r.config.tenants[name].layers)
		for _, problem := range found {
			problem.Tenant = name
			problems = append(problems, problem)
		}
	}
	return problems
}

// bindRegistry finds the store of registrations: the one that is named, or the
// bots' own, but never one that forgets unless it is named.
func (r *Resolver) bindRegistry() Problems {
	if len(r.config.store) > 0 {
		return r.bindNamedRegistry()
	}
	section := r.base
	if backend, _ := child(section, storeSlot().section)[storeSlot().choice].(leaf); backend.Value == "memory" {
		origin := Origin{Name: "default"}
		section = tree{storeSlot().section: tree{storeSlot().choice: leaf{Value: "sqlite", Origin: origin}}}
	}
	var problems Problems
	r.registry, problems = r.section(storeSlot(), section)
	for i := range problems {
		problems[i].Message += "; registrations are kept there, as registry.store names no other store"
		problems[i].Key = "bot." + problems[i].Key
	}
	return problems
}

func (r *Resolver) bindNamedRegistry() Problems {
	layers := make([]tree, 0, len(r.config.store))
	for _, values := range r.config.store {
		layers = append(layers, tree{storeSlot().section: values})
	}
	var problems Problems
	r.registry, problems = r.section(storeSlot(), merge(layers, r.inherit))
	for i := range problems {
		problems[i].Key = "registry.store" + problems[i].Key[len(storeSlot().section):]
	}
	return problems
}

// Config is what the resolver was bound from.
func (r *Resolver) Config() *Config { return r.config }

// RegistryStore is the section of the store that tenants are registered in.
func (r *Resolver) RegistryStore() Section { return r.registry }
