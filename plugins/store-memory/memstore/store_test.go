package memstore_test

import (
	"testing"

	"go.uber.org/goleak"

	"github.com/bothost/bothost/plugins/store-memory/memstore"
	"github.com/bothost/bothost/sdk/plugintest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestConversations(t *testing.T) {
	t.Parallel()
	subject := memstore.New()
	for _, c := range plugintest.StoreCases() {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			c.Run(t, subject)
		})
	}
}

func TestTenants(t *testing.T) {
	t.Parallel()
	subject := memstore.New()
	for _, c := range plugintest.TenantCases() {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			c.Run(t, subject)
		})
	}
}
