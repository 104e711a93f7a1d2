package host

import (
	"errors"
	"testing"

	"github.com/bothost/bothost/host/registry"
)

// TestTenantThatNoFileDescribesAnyMore checks that a tenant which was looked up
// before a reload, and is in no file after it, is not made to inherit everything.
func TestTenantThatNoFileDescribesAnyMore(t *testing.T) {
	t.Parallel()
	reloaded := &configuration{files: map[string]registry.Tenant{}}
	made, err := reloaded.bot(registry.Tenant{Name: "a", File: "tenants.d/a.yaml", Active: true})
	if made != nil || !errors.Is(err, errNotInFiles) {
		t.Errorf("got %v, %v", made, err)
	}
}
