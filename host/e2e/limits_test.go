package e2e

import (
	"context"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/bothost/bothost/host"
	"github.com/bothost/bothost/host/config"
	"github.com/bothost/bothost/host/internal/fakemodel"
)

// TestBrokenEndpointIsItsTenantsOwn: a tenant whose model's server is not there is
// told so at once after a while, and at no cost to another one on the same plugin.
func TestBrokenEndpointIsItsTenantsOwn(t *testing.T) {
	t.Parallel()
	model := newModelServer(t)
	s := newSite(t, object{"bot": object{
		"llm": object{"provider": "ollama", "model": fakemodel.Model, "base_url": model.URL},
	}})
	api := s.api()
	api.register("good", object{})
	nowhere := httptest.NewServer(http.NotFoundHandler())
	nowhere.Close()
	api.register("bad", object{"llm": object{"base_url": nowhere.URL}})

	for range 5 {
		if got := api.say("bad", "c", "Hello"); got.status != http.StatusServiceUnavailable && got.status != http.StatusBadGateway ||
			codeOf(got) == "instance_suspended" {
			t.Fatalf("%d %s", got.status, got.raw)
		}
	}
	suspended := api.say("bad", "c", "Hello")
	if suspended.status != http.StatusServiceUnavailable || codeOf(suspended) != "instance_suspended" || suspended.header.Get("Retry-After") == "" {
		t.Errorf("%d %v %s", suspended.status, suspended.header, suspended.raw)
	}
	if messages := api.transcript("bad", "c"); len(messages) != 5 {
		t.Errorf("the transcript is %+v, want no turn that was refused", messages)
	}
	api.hears("good", "c", "Hello")
	listed := s.plugin("llm-ollama")
	if listed["suspended"] != 1.0 || listed["state"] != "running" {
		t.Errorf("listed as %v", listed)
	}

	api.register("bad", object{"llm": object{"base_url": model.URL}})
	api.hears("bad", "c", "Hello")
}

// TestFailingOptionsAreTheirTenantsOwn: options that travel with each call do not
// make another instance, and still fail for nobody else.
func TestFailingOptionsAreTheirTenantsOwn(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	s.api().register("bad", object{"llm": object{"fail": "upstream"}})
	s.api().register("good", object{})
	for range 5 {
		if got := s.api().say("bad", "c", "Hello"); got.status != http.StatusBadGateway {
			t.Fatalf("%d %s", got.status, got.raw)
		}
	}
	if got := s.api().say("bad", "c", "Hello"); codeOf(got) != "instance_suspended" {
		t.Errorf("%d %s", got.status, got.raw)
	}
	s.api().hears("good", "c", "Hello")
	if listed := s.plugin("llm-echo"); listed["instances"] != 1.0 || listed["suspended"] != 1.0 {
		t.Errorf("listed as %v", listed)
	}
}

// codeOf is the reason of an error.
func codeOf(got answer) any {
	openAI, _ := got.body["error"].(object)
	return openAI["code"]
}

// TestFloodOfLinesIsLeftOut: a plugin that prints without measure works, and the
// host's log stays readable.
func TestFloodOfLinesIsLeftOut(t *testing.T) {
	t.Parallel()
	const limit, printed = 50, 100_000
	dir, hidden := newPluginDir(t, "memory-buffer", "store-sqlite"), newPluginDir(t, "llm-echo")
	dir.put("llm-echo", []byte("#!/bin/sh\nyes flood | head -n 100000 >&2\nexec "+hidden.file("llm-echo")+"\n"))
	log := &lockedBuffer{}
	began := time.Now()
	api := serveWith(t, log, object{
		"plugin_dir": dir.path, "plugins": object{"llm-echo": object{"log_lines": limit}},
		"bot": object{"llm": object{"provider": "echo"}},
	})
	api.register("a", object{})
	api.hears("a", "c", "Hello")
	lines := strings.Count(log.String(), "line=flood")
	if seconds := int(time.Since(began)/time.Second) + 2; lines == 0 || lines > 2*limit*seconds || lines >= printed {
		t.Errorf("%d lines were logged within %d s", lines, seconds)
	}
	if text := log.String(); !strings.Contains(text, "llm-echo: plugin prints too much, lines left out") {
		t.Errorf("nobody is told that lines are left out: %.2000s", text)
	}
}

// serveWith runs a host in this process that logs there.
func serveWith(t *testing.T, log *lockedBuffer, values object) *api {
	t.Helper()
	values["data_dir"] = filepath.Join(t.TempDir(), "data")
	values["plugin_env"] = []any{"GORACE"}
	loaded, err := config.Load(config.LoadOptions{Overlays: []config.Overlay{{Origin: "test", Values: values}}})
	if err != nil {
		t.Fatal(err)
	}
	h, err := host.New(t.Context(), loaded, host.WithLogger(hclog.New(&hclog.LoggerOptions{Output: log})))
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(h.Handler())
	t.Cleanup(func() {
		server.Close()
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		if err := h.Close(ctx); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return &api{t: t, url: server.URL, client: http.DefaultClient}
}
