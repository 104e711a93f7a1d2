//go:build linux

package e2e

import (
	"net/http"
	"strings"
	"testing"
)

// TestNoSecretIsTold gives a host a secret of every sort, lets go wrong what can,
// and looks for them everywhere that people or other programs can look.
func TestNoSecretIsTold(t *testing.T) {
	t.Parallel()
	for _, format := range []string{"text", "json"} {
		t.Run(format, func(t *testing.T) {
			t.Parallel()
			g := newGuarded(t, format)
			g.serve()
			g.misregister()
			g.misreload()
			g.failUpstream()
			g.crash()
			g.replace()
			g.lookAtProcesses()
			if format == "text" { // the format of the log means nothing to the rest
				g.misconfigure()
				g.lookAtRoutes()
				g.lookAtCommands()
			}
			g.program.Stop()
			g.keptFiles(g.sweep)
			g.sweep("the log", g.log())
		})
	}
}

// serve makes turns: each tenant's bot shows the model's server its own key.
func (g *guarded) serve() {
	g.t.Helper()
	for tenant, want := range g.presented {
		own, operators := g.say(tenant)
		if own.status != http.StatusOK || operators.status != http.StatusOK {
			g.t.Errorf("%s: %d %s", tenant, own.status, own.raw)
		}
		if got := g.model.latest().authorization; got != want {
			g.t.Errorf("the bot of %s shows the model's server %q, want %q", tenant, got, want)
		}
	}
	if own, _ := g.say("by-address"); own.status != http.StatusOK || !strings.HasPrefix(g.model.latest().authorization, "Basic ") {
		g.t.Errorf("by-address: %d %s", own.status, own.raw)
	}
	for _, tenant := range []string{"database", "dsn", "wrong-address", "wrong-ollama", "wrong-key", "wrong-number", "wrong-dsn"} {
		if own, _ := g.say(tenant); own.status != http.StatusServiceUnavailable {
			g.t.Errorf("%s: %d %s, want 503", tenant, own.status, own.raw)
		}
	}
}
