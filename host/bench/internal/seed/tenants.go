package seed

import (
	"context"
	"fmt"

	"github.com/bothost/bothost/sdk/store"
)

// registrationsAtOnce are enough for a store that commits what comes together in
// one transaction.
const registrationsAtOnce = 32

// Register registers tenants, each with its configuration, a JSON object.
func (s Store) Register(ctx context.Context, names []string, config func(name string) []byte) error {
	return each(ctx, names, registrationsAtOnce, func(ctx context.Context, name string) error {
		if _, _, err := s.tenants.PutTenant(ctx, store.PutTenant{Name: name, Config: config(name)}); err != nil {
			return fmt.Errorf("register tenant %q: %w", name, err)
		}
		return nil
	})
}
