package config_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bothost/bothost/host/config"
)

// inherited is a base with two fallbacks, both with secrets.
const inherited = `
secrets: {allow_env: ["TENANT_*"]}
bot:
  llm:
    model: m
    api_key: "${env:MAIN}"
    fallback:
      - {provider: ollama, model: b, base_url: "http://second", api_key: "${env:SECOND}"}
      - {provider: echo, prefix: "${env:SECOND}"}
`

func TestWhatIsWrongWithFallbacks(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ list, want string }{
		"not a list":      {`{"provider": "echo"}`, "llm.fallback: want a list of llm sections"},
		"a text":          {`"echo"`, "llm.fallback: want a list of llm sections"},
		"texts":           {`["echo"]`, "llm.fallback[0]: want a map of keys, with provider among them"},
		"too many":        {`[` + strings.Repeat(`{"provider": "echo"},`, 4) + `{"provider": "echo"}]`, "llm.fallback: want at most 4, got 5"},
		"no provider":     {`[{"model": "m"}]`, "llm.fallback[0].provider: must name a plugin"},
		"missing plugin":  {`[{"provider": "olama"}]`, `llm.fallback[0].provider: there is no plugin llm-olama; did you mean "ollama"?`},
		"broken plugin":   {`[{"provider": "echo"}, {"provider": "broken"}]`, "llm.fallback[1].provider: plugin llm-broken cannot be used"},
		"nothing given":   {`[{"provider": "echo"}, {"provider": "ollama"}]`, "llm.fallback[1].model: is required"},
		"wrong type":      {`[{"provider": "ollama", "model": "m", "retries": "two"}]`, "llm.fallback[0].retries: want a whole number"},
		"unknown key":     {`[{"provider": "echo", "prefx": "a"}]`, `llm.fallback[0].prefx: unknown key; did you mean "prefix"?`},
		"nested":          {`[{"provider": "echo", "fallback": []}]`, "llm.fallback[0].fallback: a fallback has none of its own"},
		"literal secret":  {`[{"provider": "ollama", "model": "m", "api_key": "sesame"}]`, "llm.fallback[0].api_key: a secret over the API must be a reference"},
		"forbidden name":  {`[{"provider": "ollama", "model": "m", "api_key": "${env:OTHER}"}]`, "llm.fallback[0].api_key: ${env:OTHER}: secrets.allow_env does not allow"},
		"path":            {`[{"provider": "ollama", "model": "m", "ca_file": "/etc/passwd"}]`, "llm.fallback[0].ca_file: the path must stay inside data_dir"},
		"password in URL": {`[{"provider": "ollama", "model": "m", "base_url": "http://u:sesame@h"}]`, "llm.fallback[0].base_url: a secret over the API must be a reference"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			given := options(t, "secrets: {allow_env: ['TENANT_*']}")
			refused(t, attempt(t, given, `{"llm": {"fallback": `+test.list+`}}`), test.want)
		})
	}
}

func TestAFallbackInAFileMustBeComplete(t *testing.T) {
	t.Parallel()
	refused(t, attempt(t, options(t, `bot: {llm: {fallback: [{provider: ollama}]}}`), `{}`),
		"bot.llm.fallback[0].model: is required (file bothost.yaml)")
	refused(t, attempt(t, options(t, `bot: {llm: {falback: []}}`), `{}`), `bot.llm.falback: unknown key; did you mean "fallback"?`)
}

// models are the halves of each section, in order, with what was resolved.
func models(t *testing.T, made *config.Bot) []string {
	t.Helper()
	var all []string
	for _, section := range made.Models() {
		resolved := resolve(t, section)
		all = append(all, section.Plugin+string(resolved.Instance)+string(resolved.PerCall))
	}
	return all
}

// TestWhatATenantInheritsOfFallbacks goes through what a tenant's layer can say:
// a fallback is never of two layers, and its secrets go nowhere else.
func TestWhatATenantInheritsOfFallbacks(t *testing.T) {
	t.Parallel()
	const (
		main   = `llm-ollama{"api_key":"main","base_url":"http://127.0.0.1:11434","timeout":"30s"}{"model":"m"}`
		second = `llm-ollama{"api_key":"second","base_url":"http://second","timeout":"30s"}{"model":"b"}`
		third  = `llm-echo{"prefix":"second"}{}`
	)
	for name, test := range map[string]struct {
		body string
		want []string
	}{
		"nothing":          {`{}`, []string{main, second, third}},
		"switched off":     {`{"llm": {"fallback": []}}`, []string{main}},
		"replaced":         {`{"llm": {"fallback": [{"provider": "ollama", "model": "c"}]}}`, []string{main, `llm-ollama{"base_url":"http://127.0.0.1:11434","timeout":"30s"}{"model":"c"}`}},
		"its own key":      {`{"llm": {"fallback": [{"provider": "echo", "prefix": "${env:TENANT_KEY}"}]}}`, []string{main, `llm-echo{"prefix":"tenant"}{}`}},
		"another provider": {`{"llm": {"provider": "echo"}}`, []string{`llm-echo{}{}`}},
		"another endpoint": {`{"llm": {"base_url": "http://x"}}`, []string{`llm-ollama{"base_url":"http://x","timeout":"30s"}{"model":"m"}`, second, third}},
		"another model":    {`{"llm": {"model": "n"}}`, []string{strings.Replace(main, `"m"`, `"n"`, 1), second, third}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			given := options(t, inherited)
			given.Environ = []string{"MAIN=main", "SECOND=second", "TENANT_KEY=tenant"}
			if diff := cmp.Diff(test.want, models(t, bot(t, bind(t, given), test.body))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestFallbacksInTheEnvironment(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{"": 0, " [] ": 0, `[{"provider": "echo"}]`: 1} {
		given := options(t, inherited)
		given.Environ = []string{"BOTHOST__BOT__LLM__FALLBACK=" + text}
		if made := bot(t, bind(t, given), `{}`); len(made.Fallbacks) != want {
			t.Errorf("%q gives %d fallbacks, want %d", text, len(made.Fallbacks), want)
		}
	}
	for _, text := range []string{"echo", `[{"provider": "echo"}`, `{"provider": "echo"}`, `[], "b": []`} {
		given := options(t, "")
		given.Environ = []string{"BOTHOST__BOT__LLM__FALLBACK=" + text}
		refused(t, attempt(t, given, `{}`), "bot.llm.fallback: want a list of llm sections (env BOTHOST__BOT__LLM__FALLBACK)")
	}
}

func TestWhatIsShownOfFallbacks(t *testing.T) {
	t.Parallel()
	made := bot(t, bind(t, options(t, `
bot:
  llm:
    model: m
    fallback:
      - {provider: ollama, model: b, api_key: sesame, base_url: "http://user:sesame@host/x", headers: {A: "Bearer ${env:X}"}}
      - {provider: echo}`)), `{"llm": {"temperature": 0}}`)
	raw, err := json.Marshal(made.Effective()["llm"])
	if err != nil {
		t.Fatal(err)
	}
	want := `{"fallback":[{"api_key":"********","base_url":"http://user:********@host/x","headers":{"A":"********${env:X}"},"model":"b","provider":"ollama"},` +
		`{"provider":"echo"}],"model":"m","provider":"ollama","temperature":0}`
	if diff := cmp.Diff(want, string(raw)); diff != "" {
		t.Error(diff)
	}
	if got := made.Origins()["llm.fallback"]; got != "file bothost.yaml" {
		t.Errorf("the list is of %q", got)
	}
}

func TestWhichFallbacksMayBeRegistered(t *testing.T) {
	t.Parallel()
	const list = `{"llm": {"fallback": [{"provider": "ollama", "model": "b"}, {"provider": "echo", "prefix": "p"}]}}`
	for patterns, want := range map[string]string{
		`["llm.*"]`:        "",
		`["llm.fallback"]`: "",
		`["llm.fallback[*].provider", "llm.fallback[*].model", "llm.fallback[1].prefix"]`: "",
		`["llm.model"]`:                "llm.fallback[0].model: may not be set over the API",
		`["llm.fallback[*].provider"]`: "llm.fallback[1].prefix: may not be set over the API",
	} {
		err := attempt(t, options(t, "tenant_may_set: "+patterns), list)
		switch {
		case want != "":
			refused(t, err, want)
		case err != nil:
			t.Errorf("%s: %v", patterns, err)
		}
	}
	refused(t, attempt(t, options(t, `tenant_may_set: ["llm.fallback[*].model"]`), `{"llm": {"fallback": []}}`),
		"llm.fallback: may not be set over the API")
}

// TestToServe: as long as a plugin is there that can speak, a bot can be served.
func TestToServe(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		body string
		want string
	}{
		"the main one is missing":  {`{"llm": {"provider": "gone", "fallback": [{"provider": "echo"}]}}`, "error llm-echo"},
		"a fallback is missing":    {`{"llm": {"provider": "echo", "fallback": [{"provider": "gone"}, {"provider": "echo"}]}}`, "llm-echo error llm-echo"},
		"all are there":            {`{"llm": {"provider": "echo"}}`, "llm-echo"},
		"all are missing":          {`{"llm": {"provider": "gone", "fallback": [{"provider": "gone"}]}}`, ""},
		"the memory is missing":    {`{"llm": {"provider": "echo", "fallback": [{"provider": "echo"}]}, "memory": {"type": "gone"}}`, ""},
		"a fallback is wrong":      {`{"llm": {"provider": "echo", "fallback": [{"provider": "echo", "x": 1}]}}`, ""},
		"without any fallback":     {`{"llm": {"provider": "gone"}}`, ""},
		"the only other is broken": {`{"llm": {"provider": "gone", "fallback": [{"provider": "broken"}]}}`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			resolver := bind(t, options(t, ""))
			made, err := resolver.ToServe("registered", overrides(t, test.body))
			if (err != nil) != (test.want == "") {
				t.Fatalf("got %v", err)
			}
			if _, strict := resolver.Bot("registered", overrides(t, test.body)); (strict == nil) != (test.want != "" && !strings.Contains(test.want, "error")) {
				t.Errorf("Bot says %v", strict)
			}
			if err != nil {
				return
			}
			var got []string
			for _, section := range made.Models() {
				resolved, err := section.Resolve()
				if err != nil {
					resolved.Plugin = "error"
				}
				got = append(got, resolved.Plugin)
			}
			if diff := cmp.Diff(test.want, strings.Join(got, " ")); diff != "" {
				t.Error(diff)
			}
		})
	}
}
