package host

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/bothost/bothost/host/config"
	"github.com/bothost/bothost/host/registry"
)

const (
	// tenantsAtOnce is how many registered tenants are read at a time, and
	// readingTenants how long that may take.
	tenantsAtOnce  = 200
	readingTenants = 10 * time.Second
	// misfitsShown is how many of the tenants that something does not fit are named.
	misfitsShown = 3
)

// misfits are the tenants that a change does not fit: what is wrong
// first, of the first few.
type misfits struct {
	count int
	first []string
}

func (m *misfits) add(tenant string, err error) {
	m.count++
	if len(m.first) < misfitsShown {
		line, _, _ := strings.Cut(err.Error(), "\n")
		m.first = append(m.first, fmt.Sprintf("tenant %s: %s", tenant, line))
	}
}

// orNil makes an error of them, if there are any.
func (m *misfits) orNil() error {
	switch {
	case m.count == 0:
		return nil
	case m.count == len(m.first):
		return fmt.Errorf("it does not fit\n%s", strings.Join(m.first, "\n"))
	}
	return fmt.Errorf("it does not fit %d tenants, such as\n%s", m.count, strings.Join(m.first, "\n"))
}

// unreadError is of registrations that cannot be read.
type unreadError struct{ error }

func (e unreadError) Unwrap() error { return e.error }

// checkTenants says which tenants fit what is in force, and not what is to be. All
// that are registered are read, one page after the other, and none is kept.
func (h *Host) checkTenants(ctx context.Context, inForce, changed *config.Resolver) error {
	var found misfits
	for after, more := "", true; more; more = after != "" {
		page, next, err := h.tenants(ctx, after)
		if err != nil {
			return unreadError{fmt.Errorf("the registered tenants, which it has to fit, cannot be read: %w", err)}
		}
		for _, tenant := range page {
			if err := misfit(tenant, inForce, changed); err != nil {
				found.add(tenant.Name, err)
			}
		}
		after = next
	}
	return found.orNil()
}

func (h *Host) tenants(ctx context.Context, after string) ([]registry.Tenant, string, error) {
	ctx, cancel := context.WithTimeout(ctx, readingTenants)
	defer cancel()
	return h.registry.List(ctx, tenantsAtOnce, after)
}

// misfit says what is wrong with a tenant that was not wrong before. One that is
// switched off has nothing to lose.
func misfit(tenant registry.Tenant, inForce, changed *config.Resolver) error {
	if !tenant.Active {
		return nil
	}
	_, err := botOf(tenant, changed.Bot)
	if err == nil {
		return nil
	}
	_, wrongBefore := botOf(tenant, inForce.Bot)
	return newProblems(wrongBefore, err)
}
