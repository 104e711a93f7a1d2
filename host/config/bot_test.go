package config_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bothost/bothost/host/config"
)

func TestDefaultsAreEnough(t *testing.T) {
	t.Parallel()
	made := bot(t, bind(t, config.LoadOptions{}), `{}`)
	got := resolve(t, made.LLM)
	want := config.Resolved{
		Plugin:   "llm-ollama",
		Instance: []byte(`{"base_url":"http://127.0.0.1:11434","timeout":"30s"}`),
		PerCall:  []byte(`{"model":"gemma3:1b"}`),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if got := string(resolve(t, made.Memory).Instance); got != `{"max_messages":20}` {
		t.Errorf("memory: %s", got)
	}
	if got := made.Store.Plugin; got != "store-sqlite" {
		t.Errorf("store: %s", got)
	}
}

func TestLayersMerge(t *testing.T) {
	t.Parallel()
	dir := write(t, map[string]string{
		"a.yaml": "bot: {llm: {temperature: 0.7, max_tokens: 500, stop: [a, b]}, prompts: {v1.2: one, x: two}}",
		"b.json": `{"bot": {"llm": {"temperature": 0, "stop": ["c"]}}}`,
		"c.toml": "[bot.llm]\nregion = \"r\"\n",
	})
	resolver := bind(t, config.LoadOptions{
		Files:    []string{dir},
		Environ:  []string{"BOTHOST__BOT__LLM__MAX_TOKENS=7", "BOTHOST__bot__llm__raw=true", "BOTHOST_URL=x", "BOTHOST__BOT__LLM__API_KEY=0123"},
		Overlays: []config.Overlay{{Origin: "program", Values: map[string]any{"bot": map[string]any{"llm": map[string]any{"retries": 3}}}}},
	})
	made := bot(t, resolver, `{"llm": {"model": "m"}, "memory": {"max_messages": 10}, "prompts": {"x": ""}}`)
	want := map[string]any{
		"llm.api_key":                  "env BOTHOST__BOT__LLM__API_KEY",
		"llm.provider":                 "default",
		"llm.model":                    "tenant (registered)",
		"llm.temperature":              "file b.json",
		"llm.max_tokens":               "env BOTHOST__BOT__LLM__MAX_TOKENS",
		"llm.raw":                      "env BOTHOST__bot__llm__raw",
		"llm.stop":                     "file b.json",
		"llm.region":                   "file c.toml",
		"llm.retries":                  "program",
		"memory.type":                  "default",
		"memory.max_messages":          "tenant (registered)",
		"conversation_storage.backend": "default",
		"prompts.v1.2":                 "file a.yaml",
		"prompts.x":                    "tenant (registered)",
	}
	got := map[string]any{}
	for key, origin := range made.Origins() {
		got[key] = origin
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	section := resolve(t, made.LLM)
	if got, want := string(section.PerCall), `{"max_tokens":7,"model":"m","raw":true,"stop":["c"],"temperature":0}`; got != want {
		t.Errorf("per call: got %s, want %s", got, want)
	}
	if got := string(section.Instance); !strings.Contains(got, `"api_key":"0123"`) || !strings.Contains(got, `"retries":3`) {
		t.Errorf("instance: %s", got)
	}
}

func TestAnotherPluginStartsItsSectionAfresh(t *testing.T) {
	t.Parallel()
	resolver := bind(t, options(t, "bot: {llm: {api_key: sesame, region: r, model: m}}"))
	if got := string(resolve(t, bot(t, resolver, `{"llm": {"provider": "echo"}}`).LLM).Instance); got != `{}` {
		t.Errorf("got %s", got)
	}
	same := resolve(t, bot(t, resolver, `{"llm": {"provider": "ollama"}}`).LLM)
	if got := string(same.Instance); !strings.Contains(got, "sesame") {
		t.Errorf("naming the same plugin dropped what it inherits: %s", got)
	}
}

func TestAnotherEndpointDropsSecrets(t *testing.T) {
	t.Parallel()
	base := `bot: {llm: {api_key: sesame, headers: {Authorization: sesame}, region: "${env:REGION}", retries: 2}}`
	for _, test := range []struct {
		name, body string
		dropped    bool
	}{
		{"another endpoint", `{"llm": {"base_url": "http://elsewhere"}}`, true},
		{"unset endpoint", `{"llm": {"base_url": ""}}`, true},
		{"the default, written out", `{"llm": {"base_url": "http://127.0.0.1:11434"}}`, false},
		{"another key", `{"llm": {"retries": 1}}`, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			given := options(t, base)
			given.Environ = []string{"REGION=sesame"}
			got := string(resolve(t, bot(t, bind(t, given), test.body).LLM).Instance)
			if want := map[bool]int{true: 0, false: 3}[test.dropped]; strings.Count(got, "sesame") != want {
				t.Errorf("want %d secrets: %s", want, got)
			}
			if !strings.Contains(got, `"retries"`) {
				t.Errorf("what is no secret was dropped: %s", got)
			}
		})
	}
}

func TestALayerMayGiveItsOwnSecretsWithAnEndpoint(t *testing.T) {
	t.Parallel()
	given := options(t, "secrets: {allow_env: [OTHER_*]}\nbot: {llm: {api_key: sesame}}")
	given.Environ = []string{"OTHER_KEY=own"}
	made := bot(t, bind(t, given), `{"llm": {"base_url": "http://elsewhere", "api_key": "${env:OTHER_KEY}"}}`)
	if got := string(resolve(t, made.LLM).Instance); !strings.Contains(got, `"api_key":"own"`) {
		t.Errorf("got %s", got)
	}
}

func TestANestedEndpointDropsTheWholeSectionsSecrets(t *testing.T) {
	t.Parallel()
	base := "bot: {conversation_storage: {backend: postgres, connection: {host: db, password: sesame}}}"
	refused(t, attempt(t, options(t, base), `{"conversation_storage": {"connection": {"host": "mine"}}}`),
		"conversation_storage.connection.password: is required")
	refused(t, attempt(t, options(t, base), `{"conversation_storage": {"connection": "mine"}}`),
		"conversation_storage.connection: want a map of keys")
}

func TestBotMistakes(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, body string
		want       []string
	}{
		{"unknown key", `{"llm": {"modl": "m"}}`, []string{`llm.modl: unknown key; did you mean "model"?`, "(tenant (registered))"}},
		{"misspelled choice", `{"llm": {"providr": "m"}}`, []string{`did you mean "provider"?`}},
		{"unknown section", `{"lm": {}, "promts": {}}`, []string{`did you mean "prompts"?`}},
		{"host's key", `{"conversation": {"wait": 1}}`, []string{"conversation: is a setting of the host, not of a bot"}},
		{"later key", `{"knowledge_base": {"type": "rag"}, "tools": [], "reasoning": {"x": 1}, "middleware": []}`, []string{
			"knowledge_base: is not available yet", "tools: is not available yet", "reasoning: is not available yet", "middleware: is not available yet",
		}},
		{"later memory", `{"memory": {"type": "vector"}}`, []string{`memory.type: "vector" is not available yet`}},
		{"absent plugin", `{"llm": {"provider": "olama"}}`, []string{
			`llm.provider: there is no plugin llm-olama; did you mean "ollama"? (there are: broken, echo, ollama)`,
		}},
		{"broken plugin", `{"llm": {"provider": "broken"}}`, []string{"llm.provider: plugin llm-broken cannot be used: it does not answer"}},
		{"no plugin", `{"llm": {"provider": ""}}`, []string{"llm.provider: must name a plugin"}},
		{"scalar for a section", `{"llm": "ollama"}`, []string{"llm: want a map of keys, with provider among them"}},
		{"range", `{"llm": {"temperature": 3}}`, []string{"llm.temperature: want at most 2, got 3"}},
		{"type", `{"llm": {"model": 1}}`, []string{"llm.model: want a string, got a number"}},
		{"number as a text", `{"llm": {"temperature": "1"}}`, []string{"llm.temperature: want a number, got a string"}},
		{"may not be empty", `{"llm": {"model": ""}}`, []string{"llm.model: must not be empty"}},
		{"null", `{"llm": {"model": null}}`, []string{"llm.model: null is not a value"}},
		{"everything at once", `{"llm": {"model": 1, "temperature": 3}, "memory": {"max_messages": 1}, "prompts": 3}`, []string{
			"llm.model", "llm.temperature", "memory.max_messages: want at least 2, got 1", "prompts: want a map",
		}},
		{"value of a secret", `{"llm": {"api_key": {"x": "sesame"}}}`, []string{"llm.api_key"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			refused(t, attempt(t, config.LoadOptions{}, test.body), test.want...)
		})
	}
}

func TestOnlyMissingPlugins(t *testing.T) {
	t.Parallel()
	if err := attempt(t, config.LoadOptions{}, `{"llm": {"provider": "gone"}}`); !config.OnlyMissingPlugins(err) {
		t.Errorf("a plugin is missing, and nothing else: %v", err)
	}
	if err := attempt(t, config.LoadOptions{}, `{"llm": {"provider": "gone"}, "memory": {"x": 1}}`); config.OnlyMissingPlugins(err) {
		t.Errorf("something else is wrong too: %v", err)
	}
}

func TestSystemPrompt(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, base, body, want, wrong string
	}{
		{name: "none", base: `{}`, body: `{}`},
		{name: "the one named system", base: `{prompts: {system: S}}`, body: `{}`, want: "S"},
		{name: "name in a map", base: `{prompts: {a: A, system: S}, system_prompt: {name: a}}`, body: `{}`, want: "A"},
		{name: "name alone", base: `{prompts: {a: A}}`, body: `{"system_prompt": "a"}`, want: "A"},
		{name: "name of two words", base: `{prompts: {a b: A}}`, body: `{"system_prompt": "a b"}`, want: "A"},
		{name: "name with dots", base: `{prompts: {v1.2: A}}`, body: `{"system_prompt": {"name": "v1.2"}}`, want: "A"},
		{name: "text", base: `{prompts: {a: A}}`, body: `{"system_prompt": "You are kind."}`, want: "You are kind."},
		{name: "text in a map", base: `{}`, body: `{"system_prompt": {"content": "Kindly"}}`, want: "Kindly"},
		{name: "replaces, not merges", base: `{prompts: {a: A}, system_prompt: {name: a}}`, body: `{"system_prompt": {"content": "T"}}`, want: "T"},
		{name: "unset", base: `{prompts: {a: A, system: S}, system_prompt: {name: a}}`, body: `{"system_prompt": ""}`, want: "S"},
		{name: "a tenant's system prompt", base: `{prompts: {a: A}, system_prompt: {name: a}}`, body: `{"prompts": {"system": "mine"}}`, want: "mine"},
		{name: "a tenant's other prompt", base: `{prompts: {a: A}, system_prompt: {name: a}}`, body: `{"prompts": {"b": "mine"}}`, want: "A"},
		{name: "a tenant's text of the base's name", base: `{prompts: {a: A}, system_prompt: {name: a}}`, body: `{"prompts": {"a": "mine"}}`, want: "mine"},
		{name: "both", base: `{prompts: {a: A}}`, body: `{"prompts": {"system": "mine"}, "system_prompt": "a"}`, want: "A"},
		{name: "text is data", base: `{prompts: {system: "${env:HOME} {{.}} $${x}"}}`, body: `{}`, want: "${env:HOME} {{.}} $${x}"},
		{name: "empty text", base: `{prompts: {system: S}}`, body: `{"prompts": {"system": ""}}`},
		{name: "word", base: `{prompts: {support: A}}`, body: `{"system_prompt": "supprt"}`, wrong: `system_prompt: there is no prompt "supprt"; did you mean "support"? (there are: support)`},
		{name: "absent name", base: `{}`, body: `{"system_prompt": {"name": "x"}}`, wrong: `system_prompt.name: there is no prompt "x" (prompts is empty)`},
		{name: "name and text", base: `{}`, body: `{"system_prompt": {"name": "x", "content": "y"}}`, wrong: "system_prompt: want either name or content"},
		{name: "other key", base: `{}`, body: `{"system_prompt": {"nam": "x"}}`, wrong: `did you mean "name"?`},
		{name: "other type", base: `{}`, body: `{"system_prompt": 3}`, wrong: "system_prompt: want {name: ...}"},
		{name: "prompt that is no text", base: `{}`, body: `{"prompts": {"a": {"template": "x"}}}`, wrong: "prompts.a: want a text"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			given := options(t, "bot: "+test.base)
			if test.wrong != "" {
				refused(t, attempt(t, given, test.body), test.wrong)
				return
			}
			if got := bot(t, bind(t, given), test.body).SystemPrompt; got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}
