package memstore_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
	"pgregory.net/rapid"

	"github.com/bothost/bothost/plugins/store-memory/memstore"
	"github.com/bothost/bothost/sdk/plugintest"
	"github.com/bothost/bothost/sdk/store"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestConformance(t *testing.T) {
	t.Parallel()
	plugintest.TestStore(t, memstore.Open, nil)
}

func TestCheckWarns(t *testing.T) {
	t.Parallel()
	summary, err := memstore.New().Check(t.Context())
	if err != nil || !strings.Contains(summary, "for development and tests only") {
		t.Errorf("Check: %q, %v; want a warning", summary, err)
	}
}

// TestAwaitIsLeft is for callers in the same process: to others the wire says so.
func TestAwaitIsLeft(t *testing.T) {
	t.Parallel()
	subject, scope := memstore.New(), store.Scope{Tenant: "t", Conversation: "c"}
	if _, err := subject.BeginTurn(t.Context(), store.BeginTurn{Scope: scope, Timeout: time.Hour}); err != nil {
		t.Fatal(err)
	}
	ctx, leave := context.WithCancel(t.Context())
	leave()
	if err := subject.AwaitTurn(ctx, scope, 1, store.MaxAwait); !errors.Is(err, context.Canceled) {
		t.Errorf("await with a context that is done: %v", err)
	}
}

func TestModels(t *testing.T) {
	t.Parallel()
	subject := memstore.New()
	for name, model := range map[string]func(t *rapid.T, choose func(n int) int){
		"conversations": func(t *rapid.T, choose func(n int) int) { plugintest.StoreModel(t, subject, 60, choose) },
		"registry":      func(t *rapid.T, choose func(n int) int) { plugintest.TenantModel(t, subject, 40, choose) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(t *rapid.T) {
				model(t, func(n int) int { return rapid.IntRange(0, n-1).Draw(t, "choice") })
			})
		})
	}
}
