package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestChatWithoutAHost(t *testing.T) {
	t.Parallel()
	f := configured(t, echo+"tenants: {filed: {prompts: {system: You are F.}}}\n")
	chat := func(stdin string, args ...string) outcome {
		c := f.command(append([]string{"chat"}, args...)...)
		c.stdin = stdin
		return c.run(t)
	}
	chat("", "--tenant", "filed", "--conversation", "c", "one").want(t, exitDone, "You said: one\n", "You are F.")
	chat("", "--tenant", "filed", "--conversation", "c", "two").want(t, exitDone, "user: one")
	chat("several\nlines\n", "--tenant", "filed", "-").want(t, exitDone, "You said: several\nlines\n", "--conversation conv_")
	chat("", "--tenant", "it's me", "Hello").want(t, exitFailed,
		`there is no tenant "it's me"`, `| bothost tenant put 'it'\''s me' -`, "--config FILE")

	var reply struct {
		ConversationID string `json:"conversation_id"`
		Turn           int
		Reply, Model   string
	}
	got := chat("", "--tenant", "filed", "--conversation", "c", "--json", "three").want(t, exitDone)
	if err := json.Unmarshal([]byte(got.stdout), &reply); err != nil {
		t.Fatal(err)
	}
	if reply.ConversationID != "c" || reply.Turn != 3 || reply.Model != "echo" || !strings.HasPrefix(reply.Reply, "You said: three") {
		t.Errorf("got %+v", reply)
	}
}

// TestChatBesideAHost checks that what is registered with a host is there for a
// chat on the same data.
func TestChatBesideAHost(t *testing.T) {
	t.Parallel()
	f := configured(t, echo)
	put := command{args: []string{"tenant", "put", "a", "-", "--url", f.serving(t)}, stdin: `{"prompts": {"system": "You are A."}}`}
	put.run(t).want(t, exitDone)
	f.command("chat", "--tenant", "a", "Hello").run(t).want(t, exitDone, "You said: Hello", "You are A.")
	f.command("config", "show", "--tenant", "a").run(t).want(t, exitDone, "prompts.system", "tenant (registered)", "file bothost.yaml")
}

func TestChatThatFails(t *testing.T) {
	t.Parallel()
	f := configured(t, "bot: {llm: {provider: echo, fail: mid_stream}}\ntenants: {a: {}}\n")
	f.command("chat", "--tenant", "a", "a b c d").run(t).want(t, exitFailed, "You said:", "bothost: llm-echo")
}

func TestConfigShow(t *testing.T) {
	t.Parallel()
	f := configured(t, "auth: {admin_key: sesame}\n"+echo+"tenants: {a: {memory: {type: buffer, max_messages: 4}}}\n")
	show := f.command("config", "show", "--json")
	show.environ = []string{"BOTHOST__BOT__LLM__MODEL=parrot"}
	want := map[string][2]string{
		"listen":         {"127.0.0.1:8080", "default"},
		"auth.admin_key": {"********", "file bothost.yaml"},
		"bot.llm.model":  {"parrot", "env BOTHOST__BOT__LLM__MODEL"},
	}
	compareSettings(t, show.run(t).want(t, exitDone).stdout, want)
	show.args = append(show.args, "--tenant", "a")
	want = map[string][2]string{
		"memory.max_messages":          {"4", "tenant (file bothost.yaml)"},
		"llm.provider":                 {"echo", "file bothost.yaml"},
		"llm.model":                    {"parrot", "env BOTHOST__BOT__LLM__MODEL"},
		"conversation_storage.backend": {"sqlite", "default"},
	}
	compareSettings(t, show.run(t).want(t, exitDone).stdout, want)
	f.command("config", "show", "--tenant", "nobody").run(t).want(t, exitFailed, `there is no tenant "nobody"`, "Try: ")
}

func compareSettings(t *testing.T, printed string, want map[string][2]string) {
	t.Helper()
	var shown struct{ Items []setting }
	if err := json.Unmarshal([]byte(printed), &shown); err != nil {
		t.Fatal(err)
	}
	found := map[string][2]string{}
	for _, s := range shown.Items {
		found[s.Key] = [2]string{valueText(s.Value), s.Source}
	}
	for key, pair := range want {
		if found[key] != pair {
			t.Errorf("%s: got %q, want %q", key, found[key], pair)
		}
	}
}

func TestConfigCheck(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		yaml   string
		status int
		says   []string
	}{
		"valid": {echo + "tenants: {a: {}}", exitDone, []string{"valid; tenants in files: 1"}},
		"the host's own key": {
			"lisen: x", exitFailed, []string{"lisen: unknown key", `"listen"`, "file bothost.yaml"},
		},
		"a plugin's key": {
			"bot: {llm: {provider: echo, modle: x}}", exitFailed, []string{"bot.llm.modle: unknown key", "Try: bothost plugin describe"},
		},
		"no such plugin": {
			"bot: {llm: {provider: ecco}}", exitFailed, []string{`did you mean "echo"?`, "Try: bothost plugin list"},
		},
		"a tenant's key": {
			echo + "tenants: {a: {memory: {max_messages: no}}}", exitFailed, []string{"tenant a: memory.max_messages: want a whole number"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := configured(t, test.yaml)
			f.command("config", "check").run(t).want(t, test.status, test.says...)
			if _, err := os.Stat(filepath.Join(f.path, "data")); err == nil {
				t.Error("the check made a data directory")
			}
		})
	}
}

func TestDoctor(t *testing.T) {
	t.Parallel()
	const deadOllama = "bot: {llm: {provider: ollama, base_url: \"http://127.0.0.1:1\"}}\n"
	for name, test := range map[string]struct {
		yaml   string
		status int
		says   []string
	}{
		"all is well": {
			echo, exitDone, []string{"OK       configuration", "plugin llm-ollama", "registry: store-sqlite", "bot: llm", "bot: memory"},
		},
		"a model that is not there": {
			deadOllama, exitFailed, []string{"FAILED   bot: llm", "cannot be reached", "Try: start it with `ollama serve`"},
		},
		"a model of one tenant": {
			echo + "tenants: {a: {llm: {provider: ollama, model: m, base_url: \"http://127.0.0.1:1\"}}}", exitFailed,
			[]string{"OK       bot: llm", "FAILED   tenant a: llm"},
		},
		"a secret that is not there": {
			"bot: {llm: {provider: echo, model: \"${env:NOT_SET_ANYWHERE}\"}}", exitFailed, []string{"FAILED   bot: llm", "NOT_SET_ANYWHERE"},
		},
		"a configuration that does not fit": {
			"bot: {llm: {provider: ecco}}", exitFailed, []string{"FAILED   configuration", `did you mean "echo"?`, "OK       plugin llm-echo"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			configured(t, test.yaml).command("doctor").run(t).want(t, test.status, test.says...)
		})
	}
}

func TestDoctorOfATenantInTwoPlaces(t *testing.T) {
	t.Parallel()
	f := configured(t, echo)
	put := command{args: []string{"tenant", "put", "twice", "-", "--url", f.serving(t)}, stdin: "{}"}
	put.run(t).want(t, exitDone)
	over := f.file(t, "over.yaml", "tenants: {twice: {}}\n")
	f.command("doctor", "--config", over).run(t)
	got := command{args: []string{"doctor", "--config", f.config, "--config", over}}.run(t)
	got.want(t, exitDone, "WARNING  tenant twice", "what counts is file over.yaml")
}
