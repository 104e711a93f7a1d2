package e2e

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// pluginDir is a plugin directory that a test may change.
type pluginDir struct {
	t    testing.TB
	path string
}

// newPluginDir makes one with some of the built plugins.
func newPluginDir(t testing.TB, names ...string) pluginDir {
	t.Helper()
	d := pluginDir{t: t, path: t.TempDir()}
	d.check(os.Chmod(d.path, 0o755))
	for _, name := range names {
		d.put(name, d.built(name))
	}
	return d
}

func (d pluginDir) check(err error) {
	d.t.Helper()
	if err != nil {
		d.t.Fatal(err)
	}
}

// built gives a built plugin.
func (d pluginDir) built(name string) []byte {
	d.t.Helper()
	content, err := os.ReadFile(filepath.Join(built, "plugins", name))
	d.check(err)
	return content
}

func (d pluginDir) file(name string) string { return filepath.Join(d.path, name) }

// put puts a file there as a whole.
func (d pluginDir) put(name string, content []byte) {
	d.t.Helper()
	hidden := d.file("." + name)
	d.check(os.WriteFile(hidden, content, 0o755))
	d.check(os.Chmod(hidden, 0o755))
	d.check(os.Rename(hidden, d.file(name)))
}

// change makes another file of a plugin, which does the same: what follows a
// program's end in its file means nothing.
func (d pluginDir) change(name string, version int) {
	d.t.Helper()
	content, err := os.ReadFile(d.file(name))
	d.check(err)
	d.put(name, fmt.Appendf(content, "version %d", version))
}

// plugin is what the host's list says of one.
func (s *site) plugin(name string) object {
	s.t.Helper()
	for _, item := range s.api().call(http.MethodGet, "/v1/plugins", nil).body["items"].([]any) {
		if plugin := item.(object); plugin["plugin"] == name {
			return plugin
		}
	}
	return object{"state": "", "reason": ""}
}

// becomes waits until the list gives a plugin a state, and a reason with a text in
// it.
func (s *site) becomes(name, state, reason string) object {
	s.t.Helper()
	return s.changes(name, func(plugin object) bool {
		given, _ := plugin["reason"].(string)
		return plugin["state"] == state && strings.Contains(given, reason)
	})
}

// changes waits until the list says something of a plugin.
func (s *site) changes(name string, holds func(object) bool) object {
	s.t.Helper()
	for began := time.Now(); ; time.Sleep(50 * time.Millisecond) {
		plugin := s.plugin(name)
		if holds(plugin) {
			return plugin
		}
		if time.Since(began) > 20*time.Second {
			s.t.Fatalf("%s is still %v", name, plugin)
		}
	}
}
