package host

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/bothost/bothost/host/catalog"
	"github.com/bothost/bothost/host/config"
	"github.com/bothost/bothost/sdk/schema"
)

// withReplacement is the catalog as it will be if a plugin is replaced.
type withReplacement struct {
	*catalog.Catalog
	next catalog.Entry
}

// Schema implements config.Plugins.
func (w withReplacement) Schema(plugin string) (*schema.Schema, error) {
	if plugin == w.next.Plugin {
		return w.next.Schema, nil
	}
	return w.Catalog.Schema(plugin)
}

// checkReplacement says why a plugin cannot take the place of the one in service:
// a configuration in force does not fit it. What is wrong already is nothing that
// it is to blame for. That its instances open is seen to by the supervisor.
func (h *Host) checkReplacement(ctx context.Context, before, next catalog.Entry) error {
	if len(next.Effects) > 0 && len(before.Effects) == 0 {
		return fmt.Errorf("it needs %v, which this host cannot do yet", next.Effects)
	}
	inForce := h.inForce.Load()
	if inForce.resolver.RegistryStore().Plugin == next.Plugin && before.Serves(tenantStore) && !next.Serves(tenantStore) {
		return errors.New("it keeps no tenants, and the registrations are kept in it")
	}
	c := inForce.resolver.Config()
	changed, err := c.Bind(withReplacement{h.catalog, next})
	if err != nil {
		_, wrongBefore := c.Bind(h.catalog)
		if err := newProblems(wrongBefore, err); err != nil {
			return fmt.Errorf("a configuration in force does not fit it:\n%w", err)
		}
	}
	err = h.checkTenants(ctx, inForce.resolver, changed)
	if unread, ok := errors.AsType[unreadError](err); ok && inForce.resolver.RegistryStore().Plugin == next.Plugin {
		// It may be what is to put that right.
		h.logger.Warn("registered tenants are not asked whether a plugin fits them", "plugin", next.Plugin, "error", unread)
		return nil
	}
	return err
}

// newProblems is what is wrong now and was not before.
func newProblems(before, now error) error {
	known, _ := errors.AsType[config.Problems](before)
	found, ok := errors.AsType[config.Problems](now)
	if !ok {
		return now
	}
	found = slices.DeleteFunc(slices.Clone(found), func(p config.Problem) bool { return slices.Contains(known, p) })
	if len(found) == 0 {
		return nil
	}
	return found
}
