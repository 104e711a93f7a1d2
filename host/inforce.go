package host

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/bothost/bothost/host/config"
	"github.com/bothost/bothost/host/registry"
	"github.com/bothost/bothost/sdk/fault"
)

// configuration is what is in force, as one: whoever takes two looks at it has
// one configuration, and not a part of each of two.
type configuration struct {
	resolver *config.Resolver
	// files are the tenants that files describe.
	files map[string]registry.Tenant
}

func newConfiguration(resolver *config.Resolver) *configuration {
	c := &configuration{resolver: resolver, files: make(map[string]registry.Tenant)}
	for _, tenant := range resolver.Config().FileTenants() {
		c.files[tenant.Name] = registry.Tenant{
			Name: tenant.Name, File: tenant.Source, Active: true, Config: fileOverrides(resolver, tenant.Name),
		}
	}
	return c
}

// fileOverrides tells what a file says of a tenant, secrets masked.
func fileOverrides(resolver *config.Resolver, tenant string) json.RawMessage {
	made, err := resolver.Bot(tenant, nil)
	if err != nil {
		return json.RawMessage("{}")
	}
	overrides, err := json.Marshal(made.Overrides())
	if err != nil {
		return json.RawMessage("{}")
	}
	return overrides
}

// errNotInFiles is of a tenant that was found in a file, before another
// configuration was put in force.
var errNotInFiles = errors.New("no file describes it any more")

// bot makes the configuration of a tenant.
func (c *configuration) bot(tenant registry.Tenant) (*config.Bot, error) {
	return c.make(tenant, c.resolver.Bot)
}

// botToServe makes do with the models whose plugins are there.
func (c *configuration) botToServe(tenant registry.Tenant) (*config.Bot, error) {
	return c.make(tenant, c.resolver.ToServe)
}

func (c *configuration) make(tenant registry.Tenant, resolve resolveBot) (*config.Bot, error) {
	if _, ok := c.files[tenant.Name]; tenant.File != "" && !ok {
		return nil, errNotInFiles
	}
	return botOf(tenant, resolve)
}

// resolveBot is a way to make the configuration of a tenant from its overrides.
type resolveBot func(tenant string, overrides map[string]any) (*config.Bot, error)

// botOf makes the configuration of a tenant that is registered, or in a file that
// is among the resolver's.
func botOf(tenant registry.Tenant, resolve resolveBot) (*config.Bot, error) {
	if tenant.File != "" {
		return resolve(tenant.Name, nil)
	}
	overrides, err := config.ParseOverrides(tenant.Config)
	if err != nil {
		return nil, err
	}
	return resolve(tenant.Name, overrides)
}

// check says what is wrong with the overrides of a tenant: every mistake with
// its key.
func (h *Host) check(tenant string, overrides json.RawMessage) error {
	made, err := h.inForce.Load().bot(registry.Tenant{Name: tenant, Config: overrides})
	if err == nil {
		err = h.checkEffects(made)
	}
	problems, ok := errors.AsType[config.Problems](err)
	if !ok {
		return err
	}
	invalid := fault.New(fault.Invalid, "the configuration of tenant %q does not fit:\n%w", tenant, problems)
	for _, problem := range problems {
		invalid.Fields = append(invalid.Fields, fault.Field{Key: problem.Key, Message: problem.Message})
	}
	return invalid
}

// checkEffects refuses a memory that needs what this host cannot do.
func (h *Host) checkEffects(made *config.Bot) error {
	entry, err := h.catalog.Lookup(made.Memory.Plugin)
	if err != nil || len(entry.Effects) == 0 {
		return err
	}
	return config.Problems{{
		Key:     "memory.type",
		Message: fmt.Sprintf("%s needs %v, which this host cannot do yet", made.Memory.Plugin, entry.Effects),
	}}
}

// checkAllEffects does so for what every tenant inherits, as far as that is
// complete, and for every tenant that files describe.
func (h *Host) checkAllEffects(resolver *config.Resolver) error {
	names := []string{""}
	for _, tenant := range resolver.Config().FileTenants() {
		names = append(names, tenant.Name)
	}
	for _, name := range names {
		made, err := resolver.Bot(name, nil)
		if err != nil {
			// Bind has said what is wrong, but for what is missing.
			continue
		}
		if err := h.checkEffects(made); err != nil {
			return err
		}
	}
	return nil
}

// effective is a tenant's merged configuration for people to see.
func (h *Host) effective(tenant registry.Tenant) (map[string]any, error) {
	made, err := h.inForce.Load().bot(tenant)
	if err != nil {
		return nil, misconfigured(tenant.Name, err)
	}
	return made.Effective(), nil
}

// misconfigured tells of a tenant that was right when it was registered and
// cannot be served now: a plugin is not there, a secret is not set.
func misconfigured(tenant string, err error) error {
	return fault.New(fault.Unavailable, "the configuration of tenant %q cannot be used here: %w", tenant, err).
		WithReason("configuration_unusable")
}
