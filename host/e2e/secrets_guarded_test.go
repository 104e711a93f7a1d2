//go:build linux

package e2e

import (
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/bothost/bothost/host/internal/fakemodel"
	"github.com/bothost/bothost/host/internal/rig"
)

// guarded is a host, as an operator runs it, whose secrets are all canaries. What
// it answers is looked through as it comes.
type guarded struct {
	*canaries
	t        *testing.T
	model    *modelServer
	plugins  pluginDir
	settings rig.HostSettings
	program  *rig.Program
	admin    *api
	// tenants speak with keys of their own.
	tenants map[string]*api
	// presented is what the model's server must be shown for a tenant.
	presented map[string]string
}

// newGuarded starts one that logs everything, in a format.
func newGuarded(t *testing.T, format string) *guarded {
	g := &guarded{
		t: t, canaries: newCanaries(t), model: newModelServer(t), tenants: map[string]*api{}, presented: map[string]string{},
		plugins: newPluginDir(t, "llm-echo", "llm-ollama", "llm-openai", "memory-buffer", "store-postgres", "store-sqlite"),
	}
	administrator := g.mint("admin key")
	g.settings = rig.HostSettings{
		Bin: built, Folder: t.TempDir(), More: g.configuration(format),
		Environment: append(g.environment(), "BOTHOST_ADMIN_KEY="+administrator),
	}
	g.write("tenants.d/by-directory.yaml", "llm: {api_key: '${file:../operators.key}'}\n")
	g.write("operators.key", g.key("by-directory")+"\n")
	g.write("data/keys/by-file.key", g.key("by-file")+"\n")
	var err error
	if g.program, err = rig.StartHost(t.Context(), g.settings); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(g.program.Stop)
	g.admin = &api{t: t, url: g.program.URL, client: http.DefaultClient, key: administrator}
	soonWithin(t, 20*time.Second, "the host is ready", func() bool {
		return g.admin.call(http.MethodGet, "/readyz", nil).status == http.StatusOK
	})
	g.meetTenants()
	return g
}

// key makes the key with which a tenant's bot goes to the model's server.
func (g *guarded) key(tenant string) string {
	key := g.mint("key of " + tenant)
	g.presented[tenant] = "Bearer " + key
	return key
}

// environment has a secret of every sort that there is in a host's environment.
func (g *guarded) environment() []string {
	address := strings.TrimPrefix(g.model.URL, "http://")
	return []string{
		"NOBODYS_SECRET=" + g.mint("variable that nobody names"),
		"OPENAI_API_KEY=" + g.mint("variable that other programs look at"),
		"PGPASSWORD=" + g.mint("variable that PostgreSQL's clients look at"),
		"OPERATORS_KEY=" + g.key("by-variable"),
		"BOTHOST__BOT__LLM__API_KEY=" + g.key("inheriting"),
		"TENANT_KEY=" + g.key("registered"),
		"TENANT_ADDRESS=http://user:" + g.mint("password in an address") + "@" + address,
		"TENANT_WRONG_ADDRESS=http://user:" + g.mint("password in a wrong address") + "@" + address + "x/%zz",
		"TENANT_WRONG_KEY=" + g.mint("key with a line break") + "\nand more",
		"TENANT_WRONG_DSN=postgres://user:" + g.mint("password in a wrong connection string") + "@127.0.0.1:x/%zz",
	}
}

func (g *guarded) configuration(format string) object {
	closed := object{"host": "127.0.0.1", "port": 1, "password": g.mint("password of a database that is not there")}
	return object{
		"plugin_dir": g.plugins.path,
		"plugin_env": []any{"GORACE"},
		"log":        object{"level": "debug", "format": format},
		"auth":       object{"mode": "keys", "admin_key": "${env:BOTHOST_ADMIN_KEY}"},
		"secrets":    object{"allow_env": []any{"TENANT_*"}},
		"bot": object{
			"llm": object{
				"provider": "openai", "model": fakemodel.Model, "base_url": g.model.URL + "/v1",
				"api_key": g.mint("key of the file that the environment overrides"),
			},
			"conversation_storage": object{"backend": "sqlite"},
		},
		"tenants": object{
			"inheriting":  object{},
			"by-variable": object{"llm": object{"api_key": "${env:OPERATORS_KEY}"}},
			"written-out": object{"llm": object{"api_key": g.key("written-out")}},
			"database":    object{"conversation_storage": object{"backend": "postgres", "connection": closed}},
			"dsn": object{"conversation_storage": object{
				"backend": "postgres", "dsn": "postgres://user:" + g.mint("password in a connection string") + "@127.0.0.1:1/bots",
			}},
		},
	}
}

// meetTenants registers those that are not in files, and gives all of them keys.
func (g *guarded) meetTenants() {
	g.t.Helper()
	for tenant, section := range map[string]object{
		"registered":    {"llm": object{"api_key": "${env:TENANT_KEY}"}},
		"by-file":       {"llm": object{"api_key": "${file:keys/by-file.key}"}},
		"by-address":    {"llm": object{"provider": "ollama", "model": fakemodel.Model, "base_url": "${env:TENANT_ADDRESS}"}},
		"wrong-address": {"llm": object{"base_url": "${env:TENANT_WRONG_ADDRESS}"}},
		"wrong-ollama":  {"llm": object{"provider": "ollama", "model": "m", "base_url": "${env:TENANT_WRONG_ADDRESS}"}},
		"wrong-key":     {"llm": object{"api_key": "${env:TENANT_WRONG_KEY}"}},
		"wrong-number":  {"llm": object{"idle_timeout": "${env:TENANT_KEY}"}},
		"wrong-dsn":     {"conversation_storage": object{"backend": "postgres", "dsn": "${env:TENANT_WRONG_DSN}"}},
	} {
		g.sweep("the registration of "+tenant, g.admin.register(tenant, section).raw)
	}
	for _, tenant := range []string{
		"inheriting", "by-variable", "written-out", "by-directory", "database", "dsn", "registered", "by-file", "by-address",
		"wrong-address", "wrong-ollama", "wrong-key", "wrong-number", "wrong-dsn",
	} {
		key := g.admin.wants(http.StatusCreated, http.MethodPost, "/v1/tenants/"+tenant+"/keys", nil).body["key"].(string)
		g.keep("API key of "+tenant, key)
		g.tenants[tenant] = &api{t: g.t, url: g.program.URL, client: http.DefaultClient, key: key}
	}
}

// ask makes a request and looks through the answer.
func (g *guarded) ask(who *api, method, path string, body any, header ...string) answer {
	g.t.Helper()
	answer := who.call(method, path, body, header...)
	g.sweep("the answer to "+method+" "+path, answer.raw)
	for name, values := range answer.header {
		g.sweep("the header "+name+" of the answer to "+method+" "+path, []byte(strings.Join(values, "\n")))
	}
	return answer
}

// say makes a turn of a tenant: with its own key, and as the operator, who is told
// more of what goes wrong.
func (g *guarded) say(tenant string) (own, operators answer) {
	g.t.Helper()
	body := object{"message": "Hello", "conversation_id": "c"}
	own = g.ask(g.tenants[tenant], http.MethodPost, "/v1/chat", body)
	operators = g.ask(g.admin, http.MethodPost, "/v1/chat", body, "X-Tenant", tenant)
	streamed := object{"message": "Hello", "conversation_id": "c", "stream": true}
	g.ask(g.admin, http.MethodPost, "/v1/chat", streamed, "X-Tenant", tenant)
	return own, operators
}

// run runs a command of the program beside the host, as the operator does.
func (g *guarded) run(args ...string) {
	g.t.Helper()
	// Some have to fail: what matters is what they say.
	_, _ = g.runWith(append(g.settings.Environment, "BOTHOST_KEY="+g.admin.key), args...)
}

// runWith runs a command in an environment of its own.
func (g *guarded) runWith(environ []string, args ...string) (output string, err error) {
	g.t.Helper()
	command := exec.CommandContext(g.t.Context(), filepath.Join(built, "bothost"), args...)
	command.Dir = g.settings.Folder
	command.Env = append(os.Environ(), environ...)
	all, err := command.CombinedOutput()
	g.sweep("bothost "+strings.Join(args, " "), all)
	return string(all), err
}

// write puts a file into the host's folder.
func (g *guarded) write(name, content string) {
	g.t.Helper()
	path := filepath.Join(g.settings.Folder, name)
	g.plugins.check(os.MkdirAll(filepath.Dir(path), 0o700))
	g.plugins.check(os.WriteFile(path, []byte(content), 0o600))
}

// log is what the host has logged so far.
func (g *guarded) log() []byte {
	g.t.Helper()
	content, err := os.ReadFile(g.settings.LogFile())
	g.plugins.check(err)
	return content
}

// keptFiles calls a function with each file that the host has in its data
// directory.
func (g *guarded) keptFiles(visit func(path string, content []byte)) {
	g.t.Helper()
	err := filepath.WalkDir(g.settings.DataDir(), func(path string, entry fs.DirEntry, err error) error {
		// While the host runs, what it keeps for a moment may be gone.
		if err != nil || !entry.Type().IsRegular() || strings.HasSuffix(filepath.Dir(path), "data/keys") {
			return nil
		}
		if content, err := os.ReadFile(path); err == nil {
			visit(path, content)
		}
		return nil
	})
	g.plugins.check(err)
}
