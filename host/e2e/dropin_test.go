package e2e

import (
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/bothost/bothost/host/internal/fakemodel"
)

// TestProviderIsDroppedIn copies a provider into the directory of a host that
// serves, slowly: half of it is never run, and the whole can be used at once.
func TestProviderIsDroppedIn(t *testing.T) {
	t.Parallel()
	dir := newPluginDir(t, "llm-echo", "memory-buffer", "store-sqlite")
	s := newSite(t, object{"plugin_dir": dir.path})
	overrides := object{"llm": fakeOllama(t)}
	s.api().register("a", object{})
	s.api().hears("a", "c", "Hello")
	put := func() answer { return s.api().call(http.MethodPut, "/v1/tenants/a", overrides) }
	if answer := put(); answer.status != http.StatusUnprocessableEntity || !strings.Contains(string(answer.raw), "llm-ollama") {
		t.Fatalf("without the plugin: %d %s", answer.status, answer.raw)
	}

	content := dir.built("llm-ollama")
	file, err := os.OpenFile(dir.file("llm-ollama"), os.O_CREATE|os.O_WRONLY, 0o755)
	dir.check(err)
	defer file.Close()
	_, err = file.Write(content[:len(content)/2])
	dir.check(err)
	time.Sleep(3 * time.Second)
	s.becomes("llm-ollama", "waiting", "being written")
	if answer := put(); answer.status != http.StatusUnprocessableEntity {
		t.Fatalf("half of the plugin: %d %s", answer.status, answer.raw)
	}
	_, err = file.Write(content[len(content)/2:])
	dir.check(err)
	dir.check(file.Close())
	complete := time.Now()
	s.becomes("llm-ollama", "idle", "")
	if answer := put(); answer.status != http.StatusOK {
		t.Fatalf("with the plugin: %d %s", answer.status, answer.raw)
	}
	if reply := s.api().hears("a", "c", "Hello"); !strings.HasPrefix(reply, "words ") {
		t.Errorf("the reply is %q", reply)
	}
	if took := time.Since(complete); isLate(took, 5*time.Second) {
		t.Errorf("it took %v", took)
	}
}

// TestPluginIsRemoved removes a provider while it speaks.
func TestPluginIsRemoved(t *testing.T) {
	t.Parallel()
	dir := newPluginDir(t, "llm-echo", "memory-buffer", "store-sqlite")
	s := newSite(t, object{"plugin_dir": dir.path, "bot": object{"llm": object{
		"provider": "echo", "chunks": 20, "chunk_delay": "150ms",
	}}})
	s.api().register("a", object{})
	var seen []string
	removed := false
	err := s.api().stream(t.Context(), "a", "c", "Hello, and a text that is long enough to be said in many pieces", func(e event) bool {
		seen = append(seen, e.name)
		if e.name == "delta" && !removed {
			removed = true
			dir.check(os.Remove(dir.file("llm-echo")))
		}
		return true
	})
	if err != nil || len(seen) < 3 || seen[len(seen)-1] != "done" {
		t.Fatalf("%v, %v", seen, err)
	}
	s.becomes("llm-echo", "", "")
	answer := s.api().say("a", "c", "Hello?")
	if answer.status != http.StatusServiceUnavailable || !strings.Contains(string(answer.raw), "llm-echo") || answer.header.Get("Retry-After") == "" {
		t.Errorf("without the plugin: %d %v %s", answer.status, answer.header, answer.raw)
	}
	dir.put("llm-echo", dir.built("llm-echo"))
	s.becomes("llm-echo", "idle", "")
	s.api().hears("a", "c", "Hello!")
	if now := s.plugin("llm-echo"); now["last_error"] != nil {
		t.Errorf("what was taken away counts as an error of it: %v", now)
	}
}

// TestRollback goes back with the program, while the host serves.
func TestRollback(t *testing.T) {
	t.Parallel()
	dir := newPluginDir(t, "llm-echo", "memory-buffer", "store-sqlite")
	s := newSite(t, object{"plugin_dir": dir.path})
	s.api().register("a", object{})
	s.api().hears("a", "c", "Hello")
	first := s.plugin("llm-echo")
	dir.change("llm-echo", 2)
	second := s.changes("llm-echo", func(now object) bool { return now["serving"] != first["serving"] })

	back := exec.Command(filepath.Join(built, "bothost"), "plugin", "rollback", "llm-echo", "--plugin-dir", dir.path)
	back.Env = append(os.Environ(), "BOTHOST__DATA_DIR="+filepath.Join(s.folder, "data"))
	if output, err := back.CombinedOutput(); err != nil || !strings.Contains(string(output), first["serving"].(string)[:19]) {
		t.Fatalf("%v: %s", err, output)
	}
	s.changes("llm-echo", func(now object) bool {
		return now["serving"] == first["serving"] && now["checksum"] == first["serving"] && now["pid"] != second["pid"] && now["state"] == "running"
	})
	s.api().hears("a", "c", "Hello again")
}

// fakeOllama gives the section of a provider whose model costs nothing.
func fakeOllama(t *testing.T) object {
	t.Helper()
	model, err := fakemodel.New(fakemodel.Settings{Pieces: 4})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(model)
	t.Cleanup(server.Close)
	return object{"provider": "ollama", "base_url": server.URL, "model": fakemodel.Model}
}
