package postgres_test

import (
	"testing"

	"github.com/bothost/bothost/sdk/plugintest"
)

func TestConversations(t *testing.T) {
	t.Parallel()
	subject := open(t, separated(server.Database(t)))
	for _, c := range plugintest.StoreCases() {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			c.Run(t, subject)
		})
	}
}

func TestTenants(t *testing.T) {
	t.Parallel()
	subject := open(t, separated(server.Database(t)))
	for _, c := range plugintest.TenantCases() {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			c.Run(t, subject)
		})
	}
}
