package memstore_test

import (
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/bothost/bothost/plugins/store-memory/memstore"
	"github.com/bothost/bothost/sdk/plugintest"
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
