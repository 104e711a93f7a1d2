//go:build linux

package e2e

import (
	"fmt"
	"net/http"
	"strings"
	"syscall"
	"time"
)

// failUpstream lets the model's server fail, and repeat all that it was sent. In
// between it works, so that nobody is suspended for failures in a row.
func (g *guarded) failUpstream() {
	g.t.Helper()
	for _, status := range []int{200, 301, 400, 401, 403, 404, 429, 500, 503} {
		g.model.refuseWith(func(w http.ResponseWriter, r *http.Request) { repeat(w, r, status) })
		for tenant := range g.presented {
			g.say(tenant)
		}
		g.say("by-address")
		g.model.refuseWith(nil)
		g.serve()
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
