package e2e

import (
	"os"
	"syscall"
	"testing"
	"time"
)

// TestBadFilesHarmNobody drops ten kinds of bad files into the directory of a host
// that serves, and a good one with them.
func TestBadFilesHarmNobody(t *testing.T) {
	t.Parallel()
	dir := newPluginDir(t, "llm-echo", "memory-buffer", "store-sqlite")
	s := newSite(t, object{"plugin_dir": dir.path})
	s.api().register("a", object{})
	s.api().hears("a", "c", "Hello")

	script := func(name, text string) { dir.put(name, []byte("#!/bin/sh\n"+text+"\n")) }
	reasons := map[string]string{
		"llm-text":     "not a program for this system",
		"llm-plain":    "chmod +x",
		"llm-open":     "others may write",
		"llm-link":     "symbolic link",
		"llm-exits":    "exit status 3",
		"llm-hangs":    "did not answer within",
		"llm-floods":   "did not answer within",
		"llm-odd":      "ended before it was ready",
		"llm-noise":    "Welcome!",
		"memory-wrong": `it says that it is "llm-echo"`,
	}
	dir.put("llm-text", []byte("hello\n"))
	script("llm-plain", "exit 0")
	dir.check(os.Chmod(dir.file("llm-plain"), 0o644))
	script("llm-open", "exit 0")
	dir.check(os.Chmod(dir.file("llm-open"), 0o777))
	dir.check(os.Symlink(dir.file("llm-echo"), dir.file("llm-link")))
	script("llm-exits", "exit 3")
	script("llm-hangs", "exec sleep 1000")
	script("llm-floods", "while :; do echo flood >&2; done")
	script("llm-odd", `echo '{"@message":5}' >&2; echo '[1' >&2; exit 1`)
	script("llm-noise", "echo Welcome!; exec sleep 1000")
	dir.put("memory-wrong", dir.built("llm-echo"))
	dir.put("llm-ollama", dir.built("llm-ollama"))
	dropped := time.Now()

	s.becomes("llm-ollama", "idle", "")
	t.Logf("the good one is there after %v", time.Since(dropped))
	for name, reason := range reasons {
		s.becomes(name, "refused", reason)
	}
	took := time.Since(dropped)
	t.Logf("all are refused after %v", took)
	if isLate(took, 10*time.Second) {
		t.Error("that is too late")
	}
	s.api().hears("a", "c", "Hello again")
	dir.check(syscall.Unlink(dir.file("llm-text")))
	s.becomes("llm-text", "", "")
}
