package config_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bothost/bothost/host/config"
)

func TestFileTenants(t *testing.T) {
	t.Parallel()
	dir := write(t, map[string]string{
		"a.yaml":             "tenants: {one: {llm: {model: a, temperature: 1}}, two: {}}",
		"b.yaml":             "tenants: {one: {llm: {model: b}}}",
		"tenants.d/red.json": `{"llm": {"api_key": "${file:red.key}"}}`,
		"tenants.d/red.key":  "sesame",
		"tenants.d/.x.yaml":  "[", "tenants.d/y.yaml~": "[",
	})
	resolver := bind(t, config.LoadOptions{Files: []string{filepath.Join(dir, "a.yaml"), filepath.Join(dir, "b.yaml")}})
	want := []config.FileTenant{
		{Name: "one", Source: "file b.yaml"}, {Name: "red", Source: "file tenants.d/red.json"}, {Name: "two", Source: "file a.yaml"},
	}
	if diff := cmp.Diff(want, resolver.Config().FileTenants()); diff != "" {
		t.Error(diff)
	}
	if source, ok := resolver.Config().FileTenant("red"); !ok || source != "file tenants.d/red.json" {
		t.Errorf("red: %q, %v", source, ok)
	}
	if _, ok := resolver.Config().FileTenant("blue"); ok {
		t.Error("blue is described by no file")
	}
	one := fileBot(t, resolver, "one")
	if got := string(resolve(t, one.LLM).PerCall); got != `{"model":"b","temperature":1}` {
		t.Errorf("one: %s", got)
	}
	if got := one.Origins()["llm.temperature"]; got != "tenant (file a.yaml)" {
		t.Errorf("origin: %s", got)
	}
	if got := string(resolve(t, fileBot(t, resolver, "red").LLM).Instance); !strings.Contains(got, "sesame") {
		t.Errorf("red: %s", got)
	}
}

func fileBot(t *testing.T, resolver *config.Resolver, name string) *config.Bot {
	t.Helper()
	made, err := resolver.Bot(name, nil)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

func TestAFileWinsOverARegistration(t *testing.T) {
	t.Parallel()
	resolver := bind(t, options(t, "tenants: {one: {llm: {model: file}}}"))
	made, err := resolver.Bot("one", overrides(t, `{"llm": {"model": "registered"}}`))
	if err != nil {
		t.Fatal(err)
	}
	if got := string(resolve(t, made.LLM).PerCall); got != `{"model":"file"}` {
		t.Errorf("got %s", got)
	}
}

func TestWithoutOverridesEverythingIsInherited(t *testing.T) {
	t.Parallel()
	if got := fileBot(t, bind(t, config.LoadOptions{}), "nobody").Overrides(); len(got) != 0 {
		t.Errorf("got %v", got)
	}
}

func TestTenantsDir(t *testing.T) {
	t.Parallel()
	dir := write(t, map[string]string{"c/bothost.yaml": "tenants_dir: ../others", "others/x.yaml": "{}", "c/tenants.d/y.yaml": "{}"})
	loaded := load(t, config.LoadOptions{Files: []string{filepath.Join(dir, "c", "bothost.yaml")}})
	if got := loaded.FileTenants(); len(got) != 1 || got[0].Name != "x" {
		t.Errorf("got %v", got)
	}
	if got, want := loaded.Settings().TenantsDir, filepath.Join(dir, "others"); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	_, err := config.Load(options(t, "tenants_dir: absent"))
	refused(t, err, "tenants_dir: ", "no such file")
}

func TestFileTenantMistakes(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		files map[string]string
		want  []string
	}{
		{"wrong keys in two", map[string]string{"bothost.yaml": "tenants: {a: {llm: {modl: m}}, b: {memory: {max_messages: 1}}, c: {}}"}, []string{
			"tenant a: llm.modl: unknown key", "tenant b: memory.max_messages: want at least 2, got 1 (tenant (file bothost.yaml))",
		}},
		{"broken file", map[string]string{"bothost.yaml": "", "tenants.d/a.yaml": "["}, []string{"(file tenants.d/a.yaml)"}},
		{"two files", map[string]string{"bothost.yaml": "", "tenants.d/a.yaml": "{}", "tenants.d/a.json": "{}"}, []string{
			"tenant a: is described by file tenants.d/a.json already (file tenants.d/a.yaml)",
		}},
		{"file and folder", map[string]string{"bothost.yaml": "tenants: {a: {}}", "tenants.d/a.yaml": "{}"}, []string{
			"tenant a: is described by file bothost.yaml already (file tenants.d/a.yaml)",
		}},
		{"name", map[string]string{"bothost.yaml": "tenants: {\"\": {}}"}, []string{`tenants: "" cannot be a tenant's name`}},
		{"long name", map[string]string{"bothost.yaml": "tenants: {" + strings.Repeat("a", 257) + ": {}}"}, []string{"cannot be a tenant's name"}},
		{"host's key", map[string]string{"bothost.yaml": "tenants: {a: {auth: {mode: none}}}"}, []string{"tenant a: auth: is a setting of the host"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			given := config.LoadOptions{Files: []string{filepath.Join(write(t, test.files), "bothost.yaml")}}
			refused(t, attempt(t, given, `{}`), test.want...)
		})
	}
}

func TestTheBaseMayLeaveKeysToTenants(t *testing.T) {
	t.Parallel()
	base := `{bot: {llm: {provider: ollama}, conversation_storage: {backend: postgres, connection: {host: db}}}, registry: {store: {backend: sqlite}}}`
	if err := attempt(t, options(t, base), `{"conversation_storage": {"connection": {"password": ""}}}`); err != nil {
		t.Error(err)
	}
	refused(t, attempt(t, options(t, base), `{}`), "conversation_storage.connection.password: is required")
	refused(t, attempt(t, options(t, "bot: {llm: {temperature: 3}}"), `{}`), "bot.llm.temperature: want at most 2, got 3 (file bothost.yaml)")
}

func TestRegistryStore(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, yaml, plugin, instance, wrong string }{
		{name: "the bots'", yaml: "bot: {conversation_storage: {path: x}}", plugin: "store-sqlite", instance: `{"path":"x"}`},
		{name: "never one that forgets", yaml: "bot: {conversation_storage: {backend: memory}}", plugin: "store-sqlite", instance: `{"path":"bothost.db"}`},
		{name: "unless named", yaml: "registry: {store: {backend: memory}}", plugin: "store-memory", instance: `{}`},
		{name: "named", yaml: "registry: {store: {backend: sqlite, path: r}}", plugin: "store-sqlite", instance: `{"path":"r"}`},
		{name: "wrong", yaml: "registry: {store: {backend: sqlite, pat: r}}", wrong: `registry.store.pat: unknown key; did you mean "path"?`},
		{name: "no backend", yaml: "registry: {store: {path: r}}", wrong: "registry.store.backend: must name a plugin"},
		{name: "absent", yaml: "registry: {store: {backend: sqlit}}", wrong: `registry.store.backend: there is no plugin store-sqlit; did you mean "sqlite"?`},
		{
			name: "incomplete", yaml: "bot: {conversation_storage: {backend: postgres, connection: {host: db}}}",
			wrong: "bot.conversation_storage.connection.password: is required; registrations are kept there",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if test.wrong != "" {
				refused(t, attempt(t, options(t, test.yaml), `{}`), test.wrong)
				return
			}
			got := resolve(t, bind(t, options(t, test.yaml)).RegistryStore())
			if got.Plugin != test.plugin || string(got.Instance) != test.instance {
				t.Errorf("got %s %s", got.Plugin, got.Instance)
			}
		})
	}
}

func TestRegistryStoreInLayers(t *testing.T) {
	t.Parallel()
	given := options(t, "registry: {store: {backend: postgres, connection: {host: a, password: sesame}}}")
	given.Environ = []string{"BOTHOST__REGISTRY__STORE__CONNECTION__HOST=b", "BOTHOST__REGISTRY__STORE__CONNECTION__PASSWORD=own"}
	if got := string(resolve(t, bind(t, given).RegistryStore()).Instance); got != `{"connection":{"host":"b","password":"own","port":5432}}` {
		t.Errorf("got %s", got)
	}
	given.Environ = given.Environ[:1]
	refused(t, attempt(t, given, `{}`), "registry.store.connection.password: is required")
}
