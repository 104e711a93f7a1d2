//go:build linux

package e2e

import (
	"fmt"
	"net/http"
	"os"
	"strings"
)

// lookAtProcesses looks at what ps shows: the host's arguments, and the arguments
// and the environment of all that it has started.
func (g *guarded) lookAtProcesses() {
	g.t.Helper()
	g.sweepFile(fmt.Sprintf("/proc/%d/cmdline", g.program.PID()))
	started := 0
	for _, plugin := range g.ask(g.admin, http.MethodGet, "/v1/plugins", nil).body["items"].([]any) {
		pid := int(plugin.(object)["pid"].(float64))
		if pid == 0 {
			continue
		}
		started++
		for _, file := range []string{"cmdline", "environ"} {
			g.sweepFile(fmt.Sprintf("/proc/%d/%s", pid, file))
		}
	}
	if started < 4 {
		g.t.Errorf("%d plugins run", started)
	}
}

func (g *guarded) sweepFile(path string) {
	g.t.Helper()
	content, err := os.ReadFile(path)
	if err != nil || len(content) == 0 {
		g.t.Errorf("%s: %q, %v", path, content, err)
	}
	g.sweep(path, content)
}

// lookAtRoutes reads all that can be read over the API, as everybody.
func (g *guarded) lookAtRoutes() {
	g.t.Helper()
	described := g.admin.wants(http.StatusOK, http.MethodGet, "/openapi.json", nil).body["paths"].(object)
	nobody := &api{t: g.t, url: g.program.URL, client: http.DefaultClient}
	for path, methods := range described {
		if _, ok := methods.(object)["get"]; !ok {
			continue
		}
		for tenant, own := range g.tenants {
			path := strings.NewReplacer("{tenant}", tenant, "{id}", "c").Replace(path)
			for _, who := range []*api{g.admin, own, g.tenants["registered"], nobody} {
				for _, query := range []string{"", "?effective=true", "?limit=200"} {
					g.ask(who, http.MethodGet, path+query, nil)
				}
			}
			g.ask(g.admin, http.MethodGet, path, nil, "X-Tenant", tenant)
		}
	}
}

// lookAtCommands runs all commands that only look.
func (g *guarded) lookAtCommands() {
	g.t.Helper()
	files := []string{"--config", "bothost.json"}
	remote := []string{"--url", g.program.URL}
	for _, command := range [][]string{
		{"doctor"},
		{"config", "show"},
		{"config", "show", "--tenant", "written-out"},
		{"config", "show", "--tenant", "registered"},
		{"plugin", "list"},
		{"plugin", "describe", "llm-openai"},
	} {
		g.run(append(command, files...)...)
	}
	g.run(append([]string{"doctor", "--json"}, files...)...)
	commands := [][]string{{"plugin", "list"}, {"tenant", "list"}}
	for tenant := range g.tenants {
		commands = append(commands, []string{"config", "show", "--tenant", tenant}, []string{"tenant", "get", tenant, "--effective"},
			[]string{"tenant", "key", "list", tenant}, []string{"chat", "--tenant", tenant, "Hello"})
	}
	for _, command := range commands {
		g.run(append(command, remote...)...)
	}
	g.run(append([]string{"tenant", "list", "--json"}, remote...)...)
}
