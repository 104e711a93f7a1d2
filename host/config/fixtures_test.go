package config_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/bothost/bothost/host/config"
	"github.com/bothost/bothost/sdk/schema"
)

// plugins is a catalog of the plugins that tests speak of.
type plugins map[string]*schema.Schema

func (p plugins) Names(kind string) []string {
	var names []string
	for plugin := range p {
		if name, ok := strings.CutPrefix(plugin, kind+"-"); ok {
			names = append(names, name)
		}
	}
	return slices.Sorted(slices.Values(names))
}

func (p plugins) Schema(plugin string) (*schema.Schema, error) {
	described := p[plugin]
	if described == nil {
		return nil, errors.New("it does not answer")
	}
	return described, nil
}

type ollama struct {
	BaseURL string            `json:"base_url" jsonschema:"default=http://127.0.0.1:11434,pattern=^(https?://.*)?$" jsonschema_extras:"x-endpoint=true"`
	APIKey  string            `json:"api_key" jsonschema_extras:"x-secret=true"`
	Headers map[string]string `json:"headers" jsonschema_extras:"x-secret=true"`
	Timeout schema.Duration   `json:"timeout" jsonschema:"default=30s"`
	Region  string            `json:"region"`
	Retries int               `json:"retries" jsonschema:"minimum=0,maximum=9"`
	CAFile  string            `json:"ca_file" jsonschema_extras:"x-path=true"`
}

type sampling struct {
	Model       string   `json:"model" jsonschema:"required,minLength=1"`
	Temperature float64  `json:"temperature" jsonschema:"minimum=0,maximum=2"`
	MaxTokens   int      `json:"max_tokens" jsonschema:"minimum=1"`
	Stop        []string `json:"stop"`
	Raw         bool     `json:"raw"`
}

type echo struct {
	Prefix string `json:"prefix"`
}

type buffer struct {
	MaxMessages int `json:"max_messages" jsonschema:"minimum=2,default=20"`
}

type sqlite struct {
	Path string `json:"path" jsonschema:"default=bothost.db" jsonschema_extras:"x-path=true"`
}

type postgres struct {
	Connection struct {
		Host     string `json:"host" jsonschema:"required" jsonschema_extras:"x-endpoint=true"`
		Port     int    `json:"port" jsonschema:"default=5432"`
		Password string `json:"password" jsonschema:"required" jsonschema_extras:"x-secret=true"`
	} `json:"connection" jsonschema:"required"`
}

func of[T any](t testing.TB) *schema.Schema {
	t.Helper()
	derived, err := schema.Of[T]()
	if err != nil {
		t.Fatal(err)
	}
	return derived
}

func catalog(t testing.TB) plugins {
	t.Helper()
	llm, err := schema.Combine(of[ollama](t), of[sampling](t))
	if err != nil {
		t.Fatal(err)
	}
	return plugins{
		"llm-ollama": llm, "llm-echo": of[echo](t), "llm-broken": nil, "memory-buffer": of[buffer](t),
		"store-sqlite": of[sqlite](t), "store-postgres": of[postgres](t), "store-memory": of[struct{}](t),
	}
}

// write makes a folder of files and gives its path.
func write(t testing.TB, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// options give one YAML file.
func options(t testing.TB, yaml string) config.LoadOptions {
	t.Helper()
	return config.LoadOptions{Files: []string{filepath.Join(write(t, map[string]string{"bothost.yaml": yaml}), "bothost.yaml")}}
}

func load(t testing.TB, options config.LoadOptions) *config.Config {
	t.Helper()
	loaded, err := config.Load(options)
	if err != nil {
		t.Fatal(err)
	}
	return loaded
}

func bind(t testing.TB, options config.LoadOptions) *config.Resolver {
	t.Helper()
	resolver, err := load(t, options).Bind(catalog(t))
	if err != nil {
		t.Fatal(err)
	}
	return resolver
}

func overrides(t testing.TB, body string) map[string]any {
	t.Helper()
	parsed, err := config.ParseOverrides([]byte(body))
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

func bot(t testing.TB, resolver *config.Resolver, body string) *config.Bot {
	t.Helper()
	made, err := resolver.Bot("registered", overrides(t, body))
	if err != nil {
		t.Fatal(err)
	}
	return made
}

func resolve(t testing.TB, section config.Section) config.Resolved {
	t.Helper()
	resolved, err := section.Resolve()
	if err != nil {
		t.Fatal(err)
	}
	return resolved
}

// lines gives the problems of an error, one a line; "" for none.
func lines(t testing.TB, err error) string {
	t.Helper()
	if err == nil {
		return ""
	}
	problems, ok := errors.AsType[config.Problems](err)
	if !ok {
		t.Fatalf("want Problems, got %T: %v", err, err)
	}
	return problems.Error()
}

// attempt loads, binds and makes a registered tenant's bot.
func attempt(t testing.TB, options config.LoadOptions, body string) error {
	t.Helper()
	loaded, err := config.Load(options)
	if err != nil {
		return err
	}
	resolver, err := loaded.Bind(catalog(t))
	if err != nil {
		return err
	}
	parsed, err := config.ParseOverrides([]byte(body))
	if err != nil {
		return err
	}
	_, err = resolver.Bot("registered", parsed)
	return err
}

// refused checks that an error holds all texts, and does not hold "sesame",
// which stands for a secret throughout these tests.
func refused(t testing.TB, err error, want ...string) {
	t.Helper()
	got := lines(t, err)
	if got == "" {
		t.Fatal("accepted")
	}
	for _, text := range want {
		if !strings.Contains(got, text) {
			t.Errorf("want %q in:\n%s", text, got)
		}
	}
	if strings.Contains(got, "sesame") || strings.Contains(fmt.Sprint(err), "sesame") {
		t.Errorf("a secret was shown:\n%s", got)
	}
}
