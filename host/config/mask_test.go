package config_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bothost/bothost/host/config"
)

func TestWhatIsShownOfABot(t *testing.T) {
	t.Parallel()
	given := options(t, `
secrets: {allow_env: ["*"]}
bot:
  llm: {model: m, api_key: sesame, headers: {A: "Bearer ${env:X}", B: "${env:Y}"}, base_url: "http://user:sesame@host/x"}
  memory: {max_messages: 4}
  prompts: {a: "mail me@x://y"}`)
	given.Environ = []string{"BOTHOST__BOT__LLM__RETRIES=2"}
	made := bot(t, bind(t, given), `{"llm": {"temperature": 0.5, "region": "${env:Z}"}, "prompts": {"b": "c"}}`)
	shown := func(value any) string {
		raw, err := json.Marshal(value)
		if err != nil {
			t.Fatal(err)
		}
		return string(raw)
	}
	want := `{"conversation_storage":{"backend":"sqlite"},` +
		`"llm":{"api_key":"********","base_url":"http://user:********@host/x","headers":{"A":"********${env:X}","B":"${env:Y}"},` +
		`"model":"m","provider":"ollama","region":"${env:Z}","retries":2,"temperature":0.5},` +
		`"memory":{"max_messages":4,"type":"buffer"},"prompts":{"a":"mail me@x://y","b":"c"}}`
	if diff := cmp.Diff(want, shown(made.Effective())); diff != "" {
		t.Error(diff)
	}
	want = `{"llm":{"region":"${env:Z}","temperature":0.5},"prompts":{"b":"c"}}`
	if diff := cmp.Diff(want, shown(made.Overrides())); diff != "" {
		t.Error(diff)
	}
}

// TestAddressesThatCannotBeRead may have passwords all the same.
func TestAddressesThatCannotBeRead(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"http://user:sesame@host:port/x": "http://********@host:port/x",
		"http://user:sesame@host/%zz":    "http://********@host/%zz",
		"http://user:se/same@host":       "http://********@host",
		"http://host/%zz?mail=me@x":      "http://host/%zz?mail=me@x",
		"https://x y:1/z@w":              "https://x y:1/z@w",
	} {
		made := bot(t, bind(t, options(t, `bot: {llm: {model: m, base_url: "`+address+`"}}`)), `{}`)
		section, _ := made.Effective()["llm"].(map[string]any)
		if section["base_url"] != want {
			t.Errorf("%s is shown as %v, want %s", address, section["base_url"], want)
		}
	}
}

func TestFingerprint(t *testing.T) {
	t.Parallel()
	given := options(t, "secrets: {allow_env: ['*']}")
	given.Environ = []string{"ONE=1", "UNO=1", "TWO=2"}
	resolver := bind(t, given)
	fingerprint := func(llm, key string) string {
		return resolve(t, bot(t, resolver, `{"llm": `+llm+`}`).LLM).Fingerprint([]byte(key))
	}
	same := [][2]string{
		{`{}`, `{"model": "other", "temperature": 1}`},
		{`{}`, `{"base_url": "http://127.0.0.1:11434"}`},
		{`{"retries": 1}`, `{"retries": 1.0}`},
		{`{"api_key": "${env:ONE}"}`, `{"api_key": "${env:UNO}"}`},
	}
	for _, pair := range same {
		if fingerprint(pair[0], "k") != fingerprint(pair[1], "k") {
			t.Errorf("%s and %s could share an instance", pair[0], pair[1])
		}
	}
	different := [][2]string{
		{`{"api_key": "${env:ONE}"}`, `{"api_key": "${env:TWO}"}`},
		{`{}`, `{"base_url": "http://elsewhere"}`},
		{`{"provider": "echo"}`, `{}`},
	}
	for _, pair := range different {
		if fingerprint(pair[0], "k") == fingerprint(pair[1], "k") {
			t.Errorf("%s and %s cannot share an instance", pair[0], pair[1])
		}
	}
	if fingerprint(`{}`, "k") == fingerprint(`{}`, "l") {
		t.Error("the key makes no difference")
	}
}

func TestWhatIsShownOfTheHost(t *testing.T) {
	t.Parallel()
	given := config.LoadOptions{Environ: []string{"BOTHOST__REGISTRY__MAX_CACHE_SIZE=2", "BOTHOST__AUTH__ADMIN_KEY=sesame"}}
	shown := load(t, given).Effective()
	if diff := cmp.Diff(map[string]any{"admin_key": "********"}, shown["auth"]); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(map[string]any{"max_cache_size": json.Number("2")}, shown["registry"]); diff != "" {
		t.Error(diff)
	}
}

func TestWhatIsShownOfTheWholeHost(t *testing.T) {
	t.Parallel()
	resolver := bind(t, options(t, `
registry: {store: {backend: postgres, connection: {host: db, password: sesame}}}
bot: {llm: {api_key: sesame}, conversation_storage: {backend: postgres}}`))
	shown := resolver.Effective()
	want := map[string]any{"store": map[string]any{
		"backend": "postgres", "connection": map[string]any{"host": "db", "password": "********"},
	}}
	if diff := cmp.Diff(want, shown["registry"]); diff != "" {
		t.Error(diff)
	}
	want = map[string]any{
		"llm":                  map[string]any{"provider": "ollama", "model": "gemma3:1b", "api_key": "********"},
		"memory":               map[string]any{"type": "buffer"},
		"conversation_storage": map[string]any{"backend": "postgres"},
	}
	if diff := cmp.Diff(want, shown["bot"]); diff != "" {
		t.Error(diff)
	}
	for key, want := range map[string]string{
		"registry.store.connection.host": "file bothost.yaml", "bot.llm.model": "default", "bot.llm.api_key": "file bothost.yaml", "listen": "default",
	} {
		if got := resolver.Origins()[key]; got != want {
			t.Errorf("%s: got %q, want %q", key, got, want)
		}
	}
}
