//go:build linux

package e2e

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/bothost/bothost/host/internal/rig"
)

const adminKey = "an-admin-key-of-these-tests"

// instance is one of several hosts that share a store, in a process of its own.
type instance struct {
	*api
	logFile string
}

// newInstance starts a host that keeps everything in a store.
func newInstance(t *testing.T, store object) *instance {
	t.Helper()
	settings := rig.HostSettings{
		Bin: built, Folder: t.TempDir(),
		More: object{
			"auth":       object{"mode": "keys", "admin_key": adminKey},
			"bot":        object{"llm": object{"provider": "echo"}, "conversation_storage": store},
			"plugin_env": []any{"GORACE"},
			"tenants":    object{},
		},
	}
	program, err := rig.StartHost(t.Context(), settings)
	if err != nil {
		t.Fatal(err)
	}
	i := &instance{logFile: settings.LogFile(), api: &api{t: t, url: program.URL, client: http.DefaultClient, key: adminKey}}
	t.Cleanup(func() {
		program.Stop()
		if t.Failed() {
			t.Logf("the log of %s:\n%s", program.URL, i.log())
		}
	})
	// A store that comes late would count as a change that does.
	soonWithin(t, 20*time.Second, "the host is ready", func() bool {
		return i.call(http.MethodGet, "/readyz", nil).status == http.StatusOK
	})
	return i
}

func (i *instance) log() string {
	content, err := os.ReadFile(i.logFile)
	if err != nil {
		return err.Error()
	}
	return string(content)
}

// with is the instance for who has a tenant's key.
func (i *instance) with(key string) *api {
	return &api{t: i.t, url: i.url, client: i.client, key: key}
}

// model is the model that answers a tenant's turn, or else the status.
func (i *instance) model(tenant, conversation string) string {
	i.t.Helper()
	answer := i.say(tenant, conversation, "Who are you?")
	if answer.status != http.StatusOK {
		return fmt.Sprint(answer.status)
	}
	model, _ := answer.body["model"].(string)
	return model
}

// wants makes a call and expects a status.
func (a *api) wants(status int, method, path string, body any, header ...string) answer {
	a.t.Helper()
	answer := a.call(method, path, body, header...)
	if answer.status != status {
		a.t.Fatalf("%s %s: %d %s, want %d", method, path, answer.status, answer.raw, status)
	}
	return answer
}

// named are overrides by which a reply tells what its bot was built from.
func named(model string) object { return object{"llm": object{"model": model}} }

// soon waits until something that was done on one instance holds on another,
// which it must within a second.
func soon(t *testing.T, what string, holds func() bool) {
	t.Helper()
	soonWithin(t, time.Second, what, holds)
}

func soonWithin(t *testing.T, limit time.Duration, what string, holds func() bool) {
	t.Helper()
	for began := time.Now(); !holds(); time.Sleep(10 * time.Millisecond) {
		if isLate(time.Since(began), limit) {
			t.Fatalf("not within %v: %s", limit, what)
		}
	}
}

// newPostgres starts a server, whose database several hosts share.
func newPostgres(t *testing.T) *rig.Postgres {
	t.Helper()
	server, err := rig.StartPostgres(t.Context(), os.TempDir())
	if errors.Is(err, rig.ErrNoPostgres) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Stop)
	return server
}

// sharedFile is a store in a file that several hosts share.
func sharedFile(t *testing.T) object {
	t.Helper()
	return object{"backend": "sqlite", "path": filepath.Join(t.TempDir(), "shared.db")}
}
