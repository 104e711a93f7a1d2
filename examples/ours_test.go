//go:build unix

package examples_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/bothost/bothost/plugins/llm-ollama/fakeollama"
	"github.com/bothost/bothost/plugins/llm-openai/fakeopenai"
	"github.com/bothost/bothost/plugins/store-postgres/pgtest"
)

// TestOurPlugins builds our plugins as make build does, and checks each.
func TestOurPlugins(t *testing.T) {
	t.Parallel()
	const model = "parrot"
	sections := map[string]func(*testing.T) map[string]any{
		"llm-ollama": func(t *testing.T) map[string]any {
			return map[string]any{"base_url": serve(t, fakeollama.New(model)), "model": model}
		},
		"llm-openai": func(t *testing.T) map[string]any {
			return map[string]any{"base_url": serve(t, fakeopenai.New(model)) + "/v1", "model": model}
		},
		"store-postgres": database,
	}
	for name, program := range buildOurs(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var section map[string]any
			if configure := sections[name]; configure != nil {
				section = configure(t)
			}
			checkPlugin(t, program, section)
		})
	}
}

// buildOurs gives the programs by their names.
func buildOurs(t *testing.T) map[string]string {
	t.Helper()
	sources, err := os.ReadDir("../plugins")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir() + "/"
	programs, args := map[string]string{}, []string{"build", "-trimpath", "-ldflags=-s -w", "-o", dir}
	for _, source := range sources {
		programs[source.Name()] = filepath.Join(dir, source.Name())
		args = append(args, "../plugins/"+source.Name())
	}
	if output, err := run(".", []string{"CGO_ENABLED=0"}, "go", args...); err != nil {
		t.Fatalf("go build: %v\n%s", err, output)
	}
	return programs
}

// serve gives the address of a stand-in for a model's server.
func serve(t *testing.T, handler http.Handler) string {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server.URL
}

// database gives the section of a store in a real PostgreSQL server.
func database(t *testing.T) map[string]any {
	t.Helper()
	server := pgtest.Start()
	t.Cleanup(server.Stop)
	d := server.Database(t)
	return map[string]any{"connection": map[string]any{
		"host": d.Host, "port": d.Port, "database": d.Name, "user": d.Ordinary.User, "password": d.Ordinary.Password,
		"owner": map[string]any{"user": d.Owner.User, "password": d.Owner.Password},
	}}
}
