package e2e

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"
)

// TestReplacementThatDoesNotFitIsRefused replaces a provider by versions that do
// not take what a file's tenant, or a registered one, has configured.
func TestReplacementThatDoesNotFitIsRefused(t *testing.T) {
	t.Parallel()
	for name, values := range map[string]object{
		"tenant of a file":  {"tenants": object{"a": object{"llm": object{"provider": "strict", "word": "yes"}}}},
		"registered tenant": {},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := newPluginDir(t, "llm-echo", "memory-buffer", "store-sqlite")
			put := strictVersions(dir)
			put("")
			values["plugin_dir"] = dir.path
			s := newSite(t, values)
			if values["tenants"] == nil {
				s.api().register("a", object{"llm": object{"provider": "strict", "word": "yes"}})
			}
			hears := func() {
				t.Helper()
				if reply := s.api().hears("a", "c", "Well?"); reply != "yes" {
					t.Errorf("the reply is %q", reply)
				}
			}
			hears()
			serving, pid := s.plugin(strictName)["serving"], s.plugin(strictName)["pid"]
			for version, reason := range map[string]string{"demanding": "token", "sullen": "not today"} {
				put(version)
				refused := s.becomes(strictName, "refused", reason)
				if refused["serving"] != serving || refused["pid"] != pid || !strings.Contains(refused["reason"].(string), "stays in service") {
					t.Errorf("it is %v", refused)
				}
				hears()
			}
			put("other")
			s.changes(strictName, func(now object) bool { return now["state"] == "running" && now["version"] == "4" })
			hears()
		})
	}
}

// TestReplacementIsCheckedAgainstEveryTenant registers more tenants than are read at
// once, none of which has spoken yet, and replaces a provider by one that does not
// fit some.
func TestReplacementIsCheckedAgainstEveryTenant(t *testing.T) {
	t.Parallel()
	const tenants, misfits = 450, 4
	dir := newPluginDir(t, "llm-echo", "memory-buffer", "store-sqlite")
	put := strictVersions(dir)
	put("")
	s := newSite(t, object{"plugin_dir": dir.path})
	names := registerMany(t, s.host.Registry(), tenants)
	first := names[tenants-misfits:]
	for _, name := range first {
		s.api().register(name, object{"llm": object{"provider": "strict", "word": "yes"}})
	}
	put("demanding")
	reason := s.becomes(strictName, "refused", fmt.Sprintf("it does not fit %d tenants", misfits))["reason"].(string)
	refused := time.Now()
	if !strings.Contains(reason, "tenant "+first[0]+": llm.token: is required") || strings.Contains(reason, first[misfits-1]) {
		t.Errorf("the reason is %q", reason)
	}
	for _, name := range first[1:] {
		s.api().register(name, object{})
	}
	if err := s.host.Registry().Deactivate(t.Context(), first[0]); err != nil {
		t.Fatal(err)
	}
	// It is looked at again at once, and not after ten seconds.
	if err := s.host.Reload(s.host.Resolver().Config()); err != nil {
		t.Fatal(err)
	}
	s.changes(strictName, func(now object) bool { return now["version"] == "2" })
	if took := time.Since(refused); took > 9*time.Second && !raceEnabled {
		t.Errorf("it took %v", took)
	}
}

// TestReplacementIsCheckedWhateverElseIsWrong is about a replacement that does not fit
// a registered tenant, while a tenant of a file lacks its plugin.
func TestReplacementIsCheckedWhateverElseIsWrong(t *testing.T) {
	t.Parallel()
	dir := newPluginDir(t, "llm-echo", "llm-ollama", "memory-buffer", "store-sqlite")
	put := strictVersions(dir)
	put("")
	s := newSite(t, object{"plugin_dir": dir.path, "tenants": object{"b": object{"llm": object{"provider": "ollama", "model": "any"}}}})
	s.api().register("a", object{"llm": object{"provider": "strict", "word": "yes"}})
	dir.check(os.Remove(dir.file("llm-ollama")))
	s.becomes("llm-ollama", "", "")
	put("demanding")
	s.becomes(strictName, "refused", "tenant a: llm.token: is required")
}

// TestReplacementWhileRegistrationsCannotBeRead is about a provider, which waits, and
// about the store that keeps them, whose replacement may be the cure.
func TestReplacementWhileRegistrationsCannotBeRead(t *testing.T) {
	t.Parallel()
	dir := newPluginDir(t, "llm-echo", "memory-buffer", "store-sqlite", "store-postgres")
	nowhere := object{"backend": "postgres", "connection": object{"host": "127.0.0.1", "port": 1, "user": "nobody", "database": "none"}}
	s := newSite(t, object{
		"plugin_dir": dir.path, "registry": object{"store": nowhere},
		"tenants": object{"a": object{}},
	})
	s.api().hears("a", "c", "Hello")
	dir.change("llm-echo", 2)
	s.becomes("llm-echo", "refused", "the registered tenants, which it has to fit, cannot be read")
	before := s.plugin("store-postgres")["serving"]
	dir.change("store-postgres", 2)
	s.changes("store-postgres", func(now object) bool { return now["serving"] != before })
	s.api().hears("a", "c", "Hello again")
}
