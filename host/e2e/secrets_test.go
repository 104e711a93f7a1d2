//go:build linux

package e2e

import (
	"fmt"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestNoSecretIsTold gives a host a secret of every sort, lets go wrong what can,
// and looks for them everywhere that people or other programs can look.
func TestNoSecretIsTold(t *testing.T) {
	t.Parallel()
	for _, format := range []string{"text", "json"} {
		t.Run(format, func(t *testing.T) {
			t.Parallel()
			g := newGuarded(t, format)
			g.serve()
			g.misregister()
			g.misreload()
			g.failUpstream()
			g.crash()
			g.replace()
			g.lookAtProcesses()
			if format == "text" { // the format of the log means nothing to the rest
				g.misconfigure()
				g.lookAtRoutes()
				g.lookAtCommands()
			}
			g.program.Stop()
			g.keptFiles(g.sweep)
			g.sweep("the log", g.log())
		})
	}
}

// serve makes turns: each tenant's bot shows the model's server its own key.
func (g *guarded) serve() {
	g.t.Helper()
	for tenant, want := range g.presented {
		own, operators := g.say(tenant)
		if own.status != http.StatusOK || operators.status != http.StatusOK {
			g.t.Errorf("%s: %d %s", tenant, own.status, own.raw)
		}
		if got := g.model.latest().authorization; got != want {
			g.t.Errorf("the bot of %s shows the model's server %q, want %q", tenant, got, want)
		}
	}
	if own, _ := g.say("by-address"); own.status != http.StatusOK || !strings.HasPrefix(g.model.latest().authorization, "Basic ") {
		g.t.Errorf("by-address: %d %s", own.status, own.raw)
	}
	for _, tenant := range []string{"database", "dsn", "wrong-address", "wrong-ollama", "wrong-key", "wrong-number", "wrong-dsn"} {
		if own, _ := g.say(tenant); own.status != http.StatusServiceUnavailable {
			g.t.Errorf("%s: %d %s, want 503", tenant, own.status, own.raw)
		}
	}
}

// misconfigure checks files with mistakes beside secrets, in every format.
func (g *guarded) misconfigure() {
	g.t.Helper()
	for i, file := range []struct{ name, text string }{
		{"misspelled.yaml", "bot: {llm: {provider: openai, model: m, api_kye: %s}}"},
		{"deep.yaml", "bot: {llm: {provider: openai, model: m, api_key: {a: {b: %s}}}}"},
		{"list.yaml", "bot: {llm: {provider: openai, model: m, api_key: [%s]}}"},
		{"section.yaml", "bot: {llm: %s}"},
		{"document.yaml", "%s"},
		{"colon.yaml", "bot:\n  llm:\n    api_key: %s: more"},
		{"unclosed.yaml", "bot: {llm: {api_key: \"%s}}"},
		{"tab.yaml", "bot:\n\tllm: %s"},
		{"anchor.yaml", "bot: {llm: *%s}"},
		{"tag.yaml", "bot: {llm: {temperature: !!float %s}}"},
		{"reference.yaml", "bot: {llm: {provider: openai, model: m, api_key: \"${%s}\"}}"},
		{"admin.yaml", "auth: {admin_key: [%s]}"},
		{"admin_kye.yaml", "auth: {admin_kye: %s}"},
		{"host.yaml", "registry: {cache_ttl: %s}"},
		{"store.yaml", "registry: {store: {backend: postgres, connection: {pasword: %s}}}"},
		{"enumeration.yaml", "registry: {store: {backend: postgres, connection: {sslmode: %s}}}"},
		{"address.yaml", "bot: {llm: {provider: ollama, model: 1, base_url: \"http://user:%s@host/%%zz\"}}"},
		{"tenant.yaml", "tenants: {a: {llm: {api_kye: %s}}}"},
		{"tenants.yaml", "tenants: {a: %s}"},
		{"unquoted.json", `{"bot": {"llm": {"api_key": %s}}}`},
		{"unclosed.json", `{"bot": {"llm": {"api_key": "%s`},
		{"escaped.json", `{"bot": {"llm": {"api_key": "\x%s"}}}`},
		{"twice.json", `{"bot": {"llm": {"api_kye": "%[1]s", "api_kye": "%[1]s"}}}`},
		{"trailing.json", `{} %s`},
		{"unquoted.toml", "[bot.llm]\napi_key = %s\n"},
		{"unclosed.toml", "[bot.llm]\napi_key = \"%s\n"},
		{"misspelled.toml", "[bot.llm]\nprovider = \"openai\"\nmodel = \"m\"\napi_kye = \"%s\"\n"},
	} {
		name := fmt.Sprintf("wrong/%d-%s", i, file.name)
		g.write(name, fmt.Sprintf(file.text, g.mint("secret in "+file.name)))
		// The environment would override what is wrong in the file.
		output, err := g.runWith(nil, "doctor", "--config", name, "--plugin-dir", g.plugins.path)
		if err == nil {
			g.t.Errorf("nothing is wrong with %s: %s", name, output)
		}
	}
}

// misregister makes requests that are wrong in some way.
func (g *guarded) misregister() {
	g.t.Helper()
	for name, body := range map[string]string{
		"literal":    `{"llm": {"api_key": "%s"}}`,
		"misspelled": `{"llm": {"api_kye": "%s"}}`,
		"list":       `{"llm": {"api_key": ["%s"]}}`,
		"object":     `{"llm": {"api_key": {"a": "%s"}}}`,
		"number":     `{"llm": {"temperature": "%s"}}`,
		"section":    `{"llm": "%s"}`,
		"memory":     `{"memory": {"max_messages": "%s"}}`,
		"address":    `{"llm": {"base_url": "http://user:%s@host/v1"}}`,
		"odd":        `{"llm": {"base_url": "http://user:%s@host:port/%%zz"}}`,
		"refers":     `{"llm": {"api_key": "${%s}"}}`,
		"variable":   `{"llm": {"api_key": "${env:NOBODYS_SECRET}", "api_kye": "%s"}}`,
		"enum":       `{"conversation_storage": {"backend": "postgres", "connection": {"sslmode": "%s"}}}`,
		"unquoted":   `{"llm": {"api_key": %s}}`,
		"unclosed":   `{"llm": {"api_key": "%s`,
		"twice":      `{"llm": {"api_kye": "%[1]s", "api_kye": "%[1]s"}}`,
		"document":   `"%s"`,
		"prompts":    `{"prompts": ["%s"]}`,
	} {
		wrong := fmt.Sprintf(body, g.mint("secret in the wrong registration "+name))
		for _, tenant := range []string{"new-" + name, "registered"} {
			if got := g.ask(g.admin, http.MethodPut, "/v1/tenants/"+tenant, wrong); got.status < 400 || got.status >= 500 {
				g.t.Errorf("%s: %d %s", name, got.status, got.raw)
			}
		}
	}
	stranger := &api{t: g.t, url: g.program.URL, client: http.DefaultClient, key: g.mint("key that nobody has")}
	if got := g.ask(stranger, http.MethodGet, "/v1/conversations", nil); got.status != http.StatusUnauthorized {
		g.t.Errorf("a wrong key: %d %s", got.status, got.raw)
	}
	misplaced := object{"message": "Hello", "api_key": g.mint("key in a chat")}
	g.ask(g.admin, http.MethodPost, "/v1/chat", misplaced, "X-Tenant", "registered")
}

// misreload changes a file of the running host into one that is wrong.
func (g *guarded) misreload() {
	g.t.Helper()
	const name, refused = "tenants.d/by-directory.yaml", "not reloaded"
	before := strings.Count(string(g.log()), refused)
	g.write(name, "llm: {api_kye: "+g.mint("secret in a file that is not reloaded")+"}\n")
	soonWithin(g.t, 30*time.Second, "the log says that the file is not reloaded", func() bool {
		return strings.Count(string(g.log()), refused) > before
	})
	g.write(name, "llm: {api_key: '${file:../operators.key}'}\n")
}

// failUpstream lets the model's server fail, and repeat all that it was sent.
func (g *guarded) failUpstream() {
	g.t.Helper()
	defer g.model.refuseWith(nil)
	for _, status := range []int{200, 301, 400, 401, 403, 404, 429, 500, 503} {
		g.model.refuseWith(func(w http.ResponseWriter, r *http.Request) { repeat(w, r, status) })
		for tenant := range g.presented {
			g.say(tenant)
		}
		g.say("by-address")
	}
}

// repeat answers as servers do that tell what they do not like.
func repeat(w http.ResponseWriter, r *http.Request, status int) {
	key := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	if user, password, ok := r.BasicAuth(); ok {
		key = user + ":" + password
	}
	w.Header().Set("Location", "http://"+key+"@127.0.0.1:1/")
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	if status == http.StatusOK {
		w.Header().Set("Content-Type", "text/event-stream")
		fmt.Fprintf(w, "data: {\"error\": {\"message\": \"the key %s is used up\", \"code\": 500}}\n\n", key)
		return
	}
	if strings.HasPrefix(r.URL.Path, "/api/") {
		fmt.Fprintf(w, `{"error": "the password of %s is wrong"}`, key)
		return
	}
	fmt.Fprintf(w, `{"error": {"message": "Incorrect API key provided: %[1]s.", "type": "%[1]s", "code": "%[1]s", "param": "%[1]s"}}`, key)
}

// crash ends the plugins that know secrets, with all that Go tells of its state
// then.
func (g *guarded) crash() {
	g.t.Helper()
	for _, name := range []string{"llm-openai", "llm-ollama"} {
		crashed := g.plugin(name)
		g.plugins.check(syscall.Kill(int(crashed["pid"].(float64)), syscall.SIGABRT))
		g.becomes(name, func(now object) bool { return now["pid"] != crashed["pid"] && now["state"] == "running" })
	}
	if !strings.Contains(string(g.log()), "SIGABRT") {
		g.t.Error("the log does not tell how the plugins ended")
	}
	g.serve()
}

// replace replaces a plugin by another one, and by one that prints all that it has
// been given; another such one is new.
func (g *guarded) replace() {
	g.t.Helper()
	before := g.plugin("llm-openai")
	g.plugins.change("llm-openai", 2)
	g.becomes("llm-openai", func(now object) bool { return now["state"] == "running" && now["pid"] != before["pid"] })
	const tell = "#!/bin/sh\nenv >&2; tr '\\0' ' ' < /proc/$$/cmdline >&2; env; exit 3\n"
	for _, name := range []string{"llm-openai", "llm-new"} {
		g.plugins.put(name, []byte(tell))
		g.becomes(name, func(now object) bool { return now["state"] == "refused" })
	}
	if !strings.Contains(string(g.log()), "BOTHOST_PLUGIN=") {
		g.t.Error("the log does not tell what the new plugin printed")
	}
	g.serve()
}

// plugin is what the host's list says of one.
func (g *guarded) plugin(name string) object {
	g.t.Helper()
	for _, item := range g.ask(g.admin, http.MethodGet, "/v1/plugins", nil).body["items"].([]any) {
		if plugin := item.(object); plugin["plugin"] == name {
			return plugin
		}
	}
	return object{}
}

func (g *guarded) becomes(name string, holds func(object) bool) {
	g.t.Helper()
	soonWithin(g.t, 30*time.Second, name+" becomes what it should", func() bool { return holds(g.plugin(name)) })
}

// latest is the newest request.
func (s *modelServer) latest() asked {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.asked[len(s.asked)-1]
}

// refuseWith lets a handler answer in the models' place, or nobody.
func (s *modelServer) refuseWith(handler http.HandlerFunc) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refusal = handler
}
