package e2e

import (
	"context"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/bothost/bothost/host"
	"github.com/bothost/bothost/host/config"
)

// site is a host in this process with its API, and the folder that it keeps
// things in, which outlives it.
type site struct {
	t      testing.TB
	host   *host.Host
	server *httptest.Server
	folder string
	values map[string]any
	// environ is the host's environment.
	environ []string
}

type object = map[string]any

// newSite starts a host on a fresh folder: SQLite, the echo provider, which
// records what it is shown, and a buffer.
func newSite(t testing.TB, values object, environ ...string) *site {
	t.Helper()
	folder, err := os.MkdirTemp("", "e2e")
	if err != nil {
		t.Fatal(err)
	}
	s := &site{t: t, folder: folder, values: values, environ: environ}
	t.Cleanup(func() {
		s.stop()
		if err := os.RemoveAll(folder); err != nil {
			t.Error(err)
		}
	})
	s.start()
	return s
}

func (s *site) start() {
	s.t.Helper()
	values := object{
		"plugin_dir": filepath.Join(built, "plugins"),
		"data_dir":   filepath.Join(s.folder, "data"),
		"plugin_env": []any{"GORACE"},
		"bot":        object{"llm": object{"provider": "echo", "record": "record.jsonl"}},
	}
	overlays := []config.Overlay{{Origin: "test", Values: values}}
	if s.values != nil {
		overlays = append(overlays, config.Overlay{Origin: "test case", Values: maps.Clone(s.values)})
	}
	loaded, err := config.Load(config.LoadOptions{Overlays: overlays, Environ: s.environ})
	if err != nil {
		s.t.Fatal(err)
	}
	var options []host.Option
	if testing.Verbose() && os.Getenv(endureVariable) == "" {
		options = append(options, host.WithLogger(hclog.New(&hclog.LoggerOptions{Level: hclog.Debug, Output: os.Stderr})))
	}
	if s.host, err = host.New(context.Background(), loaded, options...); err != nil {
		s.t.Fatal(err)
	}
	s.server = httptest.NewServer(s.host.Handler())
}

// stop ends the host as an operator does.
func (s *site) stop() {
	s.t.Helper()
	if s.host == nil {
		return
	}
	s.server.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if err := s.host.Close(ctx); err != nil {
		s.t.Errorf("close: %v", err)
	}
	s.host = nil
}

func (s *site) restart() {
	s.t.Helper()
	s.stop()
	s.start()
}

func (s *site) api() *api { return &api{t: s.t, url: s.server.URL, client: http.DefaultClient} }
