package config_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bothost/bothost/host/config"
	"github.com/bothost/bothost/sdk/schema"
)

func TestDefaultSettings(t *testing.T) {
	t.Parallel()
	got := load(t, config.LoadOptions{}).Settings()
	if !filepath.IsAbs(got.PluginDir) || filepath.Base(got.PluginDir) != "plugins" || !filepath.IsAbs(got.DataDir) || filepath.Base(got.DataDir) != "data" {
		t.Errorf("folders: %s, %s", got.PluginDir, got.DataDir)
	}
	got.PluginDir, got.DataDir, got.PluginEnv = "", "", nil
	want := config.Settings{
		Listen:   "127.0.0.1:8080",
		Auth:     config.Auth{Mode: config.AuthNone},
		Registry: config.Registry{CacheTTL: schema.Duration(300 * time.Second), MaxCacheSize: 1000},
		Conversation: config.Conversation{
			Wait: schema.Duration(time.Minute), MaxWaiting: 32,
			IdleTimeout: schema.Duration(2 * time.Minute), TurnTimeout: schema.Duration(15 * time.Minute),
		},
		Log: config.Log{Level: "info", Format: "text"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestSettingsFromEveryLayer(t *testing.T) {
	t.Parallel()
	given := options(t, `
listen: 127.0.0.1:1
registry: {cache_ttl: 5, max_cache_size: 2}
tenant_may_set: []
conversation: {max_waiting: 0}`)
	given.Environ = []string{
		"BOTHOST__LISTEN=127.0.0.1:2", "BOTHOST__REGISTRY__MAX_CACHE_SIZE=3", "BOTHOST__PLUGIN_ENV=A, B",
		"BOTHOST__LOG__LEVEL=debug",
	}
	given.Overlays = []config.Overlay{{Origin: "flag --listen", Values: map[string]any{"listen": "127.0.0.1:3"}}}
	loaded := load(t, given)
	got := loaded.Settings()
	if got.Listen != "127.0.0.1:3" || got.Registry.MaxCacheSize != 3 || got.Log.Level != "debug" || got.Conversation.MaxWaiting != 0 {
		t.Errorf("got %+v", got)
	}
	if time.Duration(got.Registry.CacheTTL) != 5*time.Second || got.TenantMaySet == nil {
		t.Errorf("got %+v", got)
	}
	if diff := cmp.Diff([]string{"A", "B"}, got.PluginEnv); diff != "" {
		t.Error(diff)
	}
	want := map[string]string{
		"listen": "flag --listen", "data_dir": "default", "registry.cache_ttl": "file bothost.yaml",
		"registry.max_cache_size": "env BOTHOST__REGISTRY__MAX_CACHE_SIZE",
	}
	for key, origin := range want {
		if got := loaded.Origins()[key]; got != origin {
			t.Errorf("%s: got %q, want %q", key, got, origin)
		}
	}
}

func TestAuthMode(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ yaml, mode, wrong string }{
		{"listen: 127.0.0.1:0", config.AuthNone, ""},
		{"listen: '[::1]:80'", config.AuthNone, ""},
		{"listen: localhost:80", config.AuthNone, ""},
		{"listen: 0.0.0.0:80", config.AuthKeys, ""},
		{"listen: :80", config.AuthKeys, ""},
		{"listen: example.com:80", config.AuthKeys, ""},
		{"auth: {mode: keys}", config.AuthKeys, ""},
		{"auth: {admin_key: k}", config.AuthKeys, ""},
		{"auth: {mode: none}", config.AuthNone, ""},
		{"{listen: ':80', auth: {mode: none}}", "", "auth.mode: with none the host listens on loopback only"},
		{"auth: {mode: open}", "", `auth.mode: want one of "none", "keys"`},
		{"listen: 127.0.0.1", "", "listen: want a host and a port"},
		{"listen: 127.0.0.1:http", "", "listen: want a host and a port"},
		{"listen: ''", "", "listen: must not be empty"},
	} {
		loaded, err := config.Load(options(t, test.yaml))
		if test.wrong != "" {
			refused(t, err, test.wrong, "(file bothost.yaml)")
			continue
		}
		if err != nil || loaded.Settings().Auth.Mode != test.mode {
			t.Errorf("%s: got %+v, %v", test.yaml, loaded, err)
		}
	}
}

func TestSettingsMistakes(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, yaml string
		want       []string
	}{
		{"unknown key", "lisen: x", []string{`lisen: unknown key; did you mean "listen"?`, "(file bothost.yaml)"}},
		{"bot's key", "llm: {provider: echo}", []string{"llm: belongs under bot"}},
		{"nested", "registry: {cache_ttl: never, max_size: 1}", []string{"registry.cache_ttl: want a duration", "registry.max_size: unknown key"}},
		{"null", "listen: ~", []string{"listen: null is not a value"}},
		{"key given twice", "listen: a\nlisten: b", []string{"already defined"}},
		{"nested key given twice", "bot: {llm: {model: a, model: sesame}}", []string{"already defined"}},
		{"keys that are no texts", "bot: {prompts: {1: sesame}}", []string{"bot.prompts: the key 1 is not a text; put it in quotes"}},
		{"date", "bot: {prompts: {a: 2024-01-02}}", []string{"bot.prompts.a:", "a date must be in quotes"}},
		{"infinite", "bot: {llm: {temperature: .inf}}", []string{"bot.llm.temperature: the number is not finite"}},
		{"two documents", "listen: a\n---\nlisten: b", []string{"more than one YAML document"}},
		{"no map", "[sesame]", []string{"want a map of keys at the top"}},
		{"broken", "listen: [", []string{"read YAML"}},
		{"tag that does not fit", "listen: !!float sesame", []string{"cannot decode !!str (a value) as a !!float"}},
		{"alias of nothing", "listen: *sesame", []string{"unknown (a value)"}},
		{"section that is no map", "bot: sesame", []string{"bot: want a map of keys"}},
		{"tenants that are no map", "tenants: [a]", []string{"tenants: want a map of keys"}},
		{"tenant that is no map", "tenants: {a: sesame}", []string{"tenants.a: want a map of keys"}},
		{"store that is no map", "registry: {store: sqlite}", []string{"registry.store: want a map of keys"}},
		{"reference", `data_dir: "${env:HOME}"`, []string{"data_dir: ${...} is not resolved here"}},
		{"broken reference", `auth: {admin_key: "${vault:sesame}"}`, []string{"auth.admin_key: a ${...} is neither ${env:NAME} nor ${file:path}"}},
		{"no time to answer", "conversation: {idle_timeout: 0, turn_timeout: 0s}", []string{
			"conversation.idle_timeout: want more than 0s", "conversation.turn_timeout: want more than 0s",
		}},
		{"all at once", "listen: 1\nlog: {level: loud}", []string{"listen: want a string", "log.level: want one of"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := config.Load(options(t, test.yaml))
			refused(t, err, test.want...)
		})
	}
}

func TestEnvironmentMistakes(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		environ []string
		want    string
	}{
		{[]string{"BOTHOST__LISTN=x"}, "listn: unknown key"},
		{[]string{"BOTHOST__=x"}, "nothing between"},
		{[]string{"BOTHOST__BOT____LLM=x"}, "nothing between"},
		{[]string{"BOTHOST__TENANTS__A__LLM__MODEL=x"}, "tenants cannot be described in the environment"},
		{[]string{"BOTHOST__LISTEN=a", "BOTHOST__listen=b"}, "is the same key as BOTHOST__LISTEN"},
		{[]string{"BOTHOST__LOG=x", "BOTHOST__LOG__LEVEL=info"}, "gives log itself a value"},
		{[]string{"BOTHOST__REGISTRY__MAX_CACHE_SIZE=many"}, "want a whole number, got a string (env BOTHOST__REGISTRY__MAX_CACHE_SIZE)"},
		{[]string{"BOTHOST__REGISTRY__MAX_CACHE_SIZE="}, "want a whole number, got a string"},
		{[]string{"BOTHOST__BOT__LLM__TEMPERATURE=sesame"}, "bot.llm.temperature: want a number, got a string (env BOTHOST__BOT__LLM__TEMPERATURE)"},
	} {
		refused(t, attempt(t, config.LoadOptions{Environ: test.environ}, `{}`), test.want)
	}
}

func TestFilesThatCannotBeRead(t *testing.T) {
	t.Parallel()
	dir := write(t, map[string]string{"a.txt": "x: 1", "b.json": `{"listen": "a", "listen": "b"}`, "c.toml": "x = ", "d.json": "[]", "f.toml": "listen = 'a'\nlisten = 'b'"})
	for name, want := range map[string]string{
		"a.txt": "the name must end in .yaml", "b.json": `the key "listen" is given twice`,
		"c.toml": "(file c.toml)", "d.json": "want a JSON object", "f.toml": "already defined", "e.yaml": "no such file",
	} {
		_, err := config.Load(config.LoadOptions{Files: []string{filepath.Join(dir, name)}})
		refused(t, err, want)
	}
}

func TestAFolderStandsForItsFilesInOrder(t *testing.T) {
	t.Parallel()
	dir := write(t, map[string]string{
		"20.yaml": "listen: 127.0.0.1:20", "10.toml": `listen = "127.0.0.1:10"`, "README.md": "no", ".30.yaml": "listen: hidden",
		"sub/40.yaml": "listen: below", "15.yml": "", "tenants.d/t.yaml": "{}",
	})
	loaded := load(t, config.LoadOptions{Files: []string{dir}})
	if got := loaded.Settings().Listen; got != "127.0.0.1:20" {
		t.Errorf("got %s", got)
	}
	if got := loaded.FileTenants(); len(got) != 1 {
		t.Errorf("the tenants beside the files: %v", got)
	}
}

func TestAdminKey(t *testing.T) {
	t.Parallel()
	given := options(t, `auth: {admin_key: "${env:KEY}"}`)
	given.Environ = []string{"KEY=sesame"}
	loaded := load(t, given)
	if got, err := loaded.AdminKey(); err != nil || got != "sesame" {
		t.Errorf("got %q, %v", got, err)
	}
	if got := loaded.Settings().Auth.AdminKey; got != "" {
		t.Errorf("the settings hold %q", got)
	}
	if got := loaded.Effective()["auth"].(map[string]any)["admin_key"]; got != "${env:KEY}" {
		t.Errorf("shown as %v", got)
	}
	for _, environ := range [][]string{nil, {"KEY="}} {
		given.Environ = environ
		_, err := load(t, given).AdminKey()
		refused(t, err, "auth.admin_key")
	}
	if got, err := load(t, config.LoadOptions{}).AdminKey(); err != nil || got != "" {
		t.Errorf("none is configured: %q, %v", got, err)
	}
	literal := load(t, options(t, "auth: {admin_key: sesame}"))
	if got := literal.Effective()["auth"].(map[string]any)["admin_key"]; got != "********" {
		t.Errorf("shown as %v", got)
	}
	if got, err := literal.AdminKey(); err != nil || got != "sesame" {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestAReloadStandsAlone(t *testing.T) {
	t.Parallel()
	given := options(t, "listen: 127.0.0.1:1")
	before := load(t, given)
	if err := os.WriteFile(given.Files[0], []byte("listen: 127.0.0.1:2"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := load(t, given).Settings().Listen; got != "127.0.0.1:2" {
		t.Errorf("got %s", got)
	}
	if got := before.Settings().Listen; got != "127.0.0.1:1" {
		t.Errorf("the first was changed: %s", got)
	}
}

func TestProblemsAreOneErrorEach(t *testing.T) {
	t.Parallel()
	_, err := config.Load(options(t, "listen: 1\nlog: {level: loud}"))
	problems, ok := errors.AsType[config.Problems](err)
	if !ok || len(problems) != 2 || problems[0].Key != "listen" || problems[0].Source != "file bothost.yaml" {
		t.Errorf("got %#v", err)
	}
	if !strings.Contains(err.Error(), "\n") {
		t.Errorf("want a line each: %q", err)
	}
}
