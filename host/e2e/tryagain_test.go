package e2e

import (
	"syscall"
	"testing"
	"time"
)

// TestReloadTriesBrokenPluginsAgain kills a provider until it is broken, which it
// would be for half a minute.
func TestReloadTriesBrokenPluginsAgain(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	s.api().register("a", object{})
	s.api().hears("a", "c", "Hello")
	for began := time.Now(); s.plugin("llm-echo")["state"] != "broken"; time.Sleep(20 * time.Millisecond) {
		if pid, ok := s.plugin("llm-echo")["pid"].(float64); ok && pid > 0 {
			// It may have ended since.
			_ = syscall.Kill(int(pid), syscall.SIGKILL)
		}
		// Its bot may have been given up meanwhile, for a plugin that came to the directory.
		s.api().say("a", "c", "Are you there?")
		if time.Since(began) > time.Minute {
			t.Fatalf("it is %v", s.plugin("llm-echo"))
		}
	}
	if err := s.host.Reload(s.host.Resolver().Config()); err != nil {
		t.Fatal(err)
	}
	s.api().hears("a", "c", "Hello again")
}
