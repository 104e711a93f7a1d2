package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const echo = "bot: {llm: {provider: echo}}\n"

// TestTour goes the way of somebody who tries the program out.
func TestTour(t *testing.T) {
	t.Parallel()
	f := configured(t, echo)
	environ := []string{"BOTHOST_URL=" + f.serving(t)}
	bothost := func(stdin string, args ...string) outcome {
		return command{args: args, stdin: stdin, environ: environ}.run(t)
	}
	bothost("", "tenant", "list").want(t, exitDone, "No tenants yet", "bothost tenant put")
	yaml := f.file(t, "client-a.yaml", "prompts: {system: You are A.}\nmemory: {max_messages: 4}\n")
	bothost("", "tenant", "put", "client-a", yaml).want(t, exitDone, "tenant client-a registered, revision 1")
	bothost(`{"prompts": {"system": "You are B."}}`, "tenant", "put", "client-b", "-").want(t, exitDone, "client-b registered")
	toml := f.file(t, "client-c.toml", "[memory]\nmax_message = 4\n")
	bothost("", "tenant", "put", "client-c", toml).want(t, exitFailed, "memory.max_message: unknown key", "max_messages")
	bothost("", "tenant", "list").want(t, exitDone, "client-a", "client-b")

	bothost("", "chat", "--tenant", "client-a", "--conversation", "c", "Hello").want(t, exitDone, "You said: Hello\n", "You are A.")
	bothost("Hello again\n", "chat", "--tenant", "client-a", "--conversation", "c").want(t, exitDone, "You said: Hello again\n", "user: Hello")
	begun := bothost("", "chat", "--tenant", "client-b", "Hello").want(t, exitDone, "You are B.", "Go on with: --conversation conv_")
	if strings.Contains(begun.stdout, "Hello again") || strings.Contains(begun.stdout, "conv_") {
		t.Errorf("standard output has what does not belong there: %s", begun.stdout)
	}
	bothost("", "chat", "--tenant", "nobody", "Hello").want(t, exitFailed, `there is no tenant "nobody"`)

	bothost("", "tenant", "get", "client-a", "--effective").want(t, exitDone, "revision 1", "memory.max_messages", "llm.provider")
	bothost("", "config", "show", "--tenant", "client-a").want(t, exitDone, "tenant (registered)", "inherited from the host")
	bothost("", "plugin", "list").want(t, exitDone, "llm-echo", "running", "llm-ollama", "idle")

	bothost("{}", "tenant", "put", "client-a", "-", "--if-match", "7").want(t, exitFailed, "Try: bothost tenant get")
	bothost("{}", "tenant", "put", "client-a", "-", "--if-match", "1").want(t, exitDone, "registered")
	bothost("", "tenant", "deactivate", "client-a").want(t, exitDone, "tenant client-a deactivated")
	bothost("", "chat", "--tenant", "client-a", "Hello").want(t, exitFailed, "deactivated")
	bothost("", "tenant", "activate", "client-a").want(t, exitDone, "tenant client-a activated")
	bothost("", "tenant", "delete", "client-a").want(t, exitDone, "conversations are kept")
	bothost("{}", "tenant", "put", "client-a", "-").want(t, exitFailed, "--restore")
	bothost("{}", "tenant", "put", "client-a", "-", "--restore").want(t, exitDone, "registered")
	bothost("", "chat", "--tenant", "client-a", "--conversation", "c", "Still there?").want(t, exitDone, "user: Hello again")
	bothost("", "tenant", "delete", "client-a", "--purge").want(t, exitDone, "with its conversations")
	bothost("", "tenant", "get", "client-a").want(t, exitFailed, `there is no tenant "client-a"`)
}

func TestKeys(t *testing.T) {
	t.Parallel()
	f := configured(t, echo+"auth: {mode: keys}\ntenants: {client-a: {}, client-b: {}}\n")
	url := f.serving(t)
	admin, err := os.ReadFile(filepath.Join(f.path, "data", "admin.key"))
	if err != nil {
		t.Fatal(err)
	}
	bothost := func(key string, args ...string) outcome {
		return command{args: append(args, "--url", url), environ: []string{"BOTHOST_KEY=" + key}}.run(t)
	}
	bothost("", "tenant", "list").want(t, exitFailed, "Try: give a key with --key or BOTHOST_KEY")
	adminKey := strings.TrimSpace(string(admin))
	made := bothost(adminKey, "tenant", "key", "create", "client-a").want(t, exitDone, "not shown again")
	key := strings.TrimSpace(made.stdout)
	bothost(key, "chat", "Hello").want(t, exitDone, "You said: Hello")
	bothost(key, "chat", "--tenant", "client-b", "Hello").want(t, exitFailed, "not one of tenant")
	bothost(adminKey, "chat", "--tenant", "client-b", "Hello").want(t, exitDone, "You said: Hello")
	bothost(key, "tenant", "list").want(t, exitFailed, "Try: give the admin key")

	var listed struct {
		Items []struct{ ID, Key string }
	}
	got := bothost(adminKey, "tenant", "key", "list", "client-a", "--json").want(t, exitDone)
	if err := json.Unmarshal([]byte(got.stdout), &listed); err != nil {
		t.Fatal(err)
	}
	if len(listed.Items) != 1 || listed.Items[0].Key != "" || !strings.Contains(key, listed.Items[0].ID) {
		t.Fatalf("got %+v", listed)
	}
	bothost(adminKey, "tenant", "key", "list", "client-a").want(t, exitDone, listed.Items[0].ID, "CREATED")
	bothost(adminKey, "tenant", "key", "revoke", "client-a", listed.Items[0].ID).want(t, exitDone, "revoked")
	bothost(key, "chat", "Hello").want(t, exitFailed, "Try: give a key")
	bothost(adminKey, "tenant", "key", "list", "client-a").want(t, exitDone, "has no keys")
}

func TestAnnouncement(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ yaml, says, not string }{
		"nothing configured": {"", "Auth mode none", "Admin key"},
		"a key is made":      {"auth: {mode: keys}", "Admin key in the file ", "mode none"},
		"a key is given":     {"auth: {admin_key: sesame}", "Auth mode keys", "Admin key"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := configured(t, echo+test.yaml)
			_, said := f.servingAs(t)
			if !strings.Contains(said(), test.says) || strings.Contains(said(), test.not) {
				t.Errorf("it said:\n%s", said())
			}
		})
	}
}

func TestServeRefuses(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, test := range map[string]struct {
		args []string
		says []string
	}{
		"no plugin directory": {
			[]string{"--plugin-dir", filepath.Join(dir, "none")}, []string{"no folder of plugins at " + dir, "--plugin-dir"},
		},
		"no such file":   {[]string{"--config", filepath.Join(dir, "none.yaml")}, []string{"none.yaml"}},
		"wrong address":  {[]string{"--listen", "here"}, []string{"listen: want a host and a port", "flag --listen"}},
		"without a lock": {[]string{"--plugin-dir", dir}, []string{"there is no plugin llm-ollama", "bothost plugin list"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			environ := []string{"BOTHOST__DATA_DIR=" + t.TempDir()}
			command{args: append([]string{"serve"}, test.args...), environ: environ}.run(t).want(t, exitFailed, append(test.says, "Try: ")...)
		})
	}
}

func TestAddressInUse(t *testing.T) {
	t.Parallel()
	address := strings.TrimPrefix(configured(t, echo).serving(t), "http://")
	configured(t, echo).command("serve", "--listen", address).run(t).want(t, exitFailed, "address already in use", "Try: another address")
}

func TestReloadOfChangedFiles(t *testing.T) {
	t.Parallel()
	f := configured(t, echo)
	url := f.serving(t)
	content, err := os.ReadFile(f.config)
	if err != nil {
		t.Fatal(err)
	}
	f.write(t, string(content)+"tenants: {late: {}}\n")
	list := command{args: []string{"tenant", "list", "--url", url}}
	for deadline := time.Now().Add(20 * time.Second); !strings.Contains(list.run(t).stdout, "late"); {
		if time.Now().After(deadline) {
			t.Fatal("the tenant that was added to the file is not there")
		}
		time.Sleep(100 * time.Millisecond)
	}
}
