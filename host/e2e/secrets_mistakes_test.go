//go:build linux

package e2e

import (
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"time"
)

// misconfigure checks files with mistakes beside secrets, in every format.
func (g *guarded) misconfigure() {
	g.t.Helper()
	for name, text := range map[string]string{
		"document.yaml":  "%s",
		"section.yaml":   "bot: {llm: %s}",
		"tenants.yaml":   "tenants: {a: %s}",
		"colon.yaml":     "bot:\n  llm:\n    api_key: %s: more",
		"unclosed.yaml":  "bot: {llm: {api_key: \"%s}}",
		"tab.yaml":       "bot:\n\tllm: %s",
		"alias.yaml":     "bot: {llm: *%s}",
		"tag.yaml":       "bot: {llm: {temperature: !!float %s}}",
		"admin_key.yaml": "auth: {admin_key: [%s]}",
		"admin_kye.yaml": "auth: {admin_kye: %s}",
		"cache_ttl.yaml": "registry: {cache_ttl: %s}",
		"unquoted.json":  `{"bot": {"llm": {"api_key": %s}}}`,
		"unclosed.json":  `{"bot": {"llm": {"api_key": "%s`,
		"escaped.json":   `{"bot": {"llm": {"api_key": "\x%s"}}}`,
		"twice.json":     `{"bot": {"llm": {"api_kye": "%[1]s", "api_kye": "%[1]s"}}}`,
		"trailing.json":  `{} %s`,
		"unquoted.toml":  "[bot.llm]\napi_key = %s\n",
		"unclosed.toml":  "[bot.llm]\napi_key = \"%s\n",
		"tenants of all": g.misconfiguredTenants(),
	} {
		file := "wrong/" + name
		if filepath.Ext(name) == "" {
			file += ".yaml"
		}
		g.write(file, strings.ReplaceAll(strings.ReplaceAll(text, "%[1]s", "%s"), "%s", g.mint("secret in "+name)))
		// The environment would override what is wrong in the file.
		output, err := g.runWith(nil, "doctor", "--config", file, "--plugin-dir", g.plugins.path)
		if err == nil {
			g.t.Errorf("nothing is wrong with %s: %s", name, output)
		}
	}
}

// misconfiguredTenants is a file whose tenants are all wrong in some way, which
// takes plugins to tell.
func (g *guarded) misconfiguredTenants() string {
	var file strings.Builder
	file.WriteString("tenants:\n")
	for i, text := range []string{
		"{llm: {provider: openai, model: m, api_kye: %s}}",
		"{llm: {provider: openai, model: m, api_key: {a: {b: %s}}}}",
		"{llm: {provider: openai, model: m, api_key: [%s]}}",
		"{llm: {provider: openai, model: m, api_key: '${%s}'}}",
		"{llm: {provider: ollama, model: 1, base_url: 'http://user:%s@host/%%zz'}}",
		"{conversation_storage: {backend: postgres, connection: {pasword: %s}}}",
		"{conversation_storage: {backend: postgres, connection: {sslmode: %s}}}",
		"{conversation_storage: {backend: postgres, connection: {port: %s}}}",
	} {
		fmt.Fprintf(&file, "  tenant-%d: "+text+"\n", i, g.mint(fmt.Sprint("secret of the wrong tenant ", i)))
	}
	return file.String()
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
