package e2e

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// TestNodeClients runs a script of each npm package that people speak to OpenAI's
// or Ollama's servers with, unmodified.
func TestNodeClients(t *testing.T) {
	t.Parallel()
	dir := nodeClients(t)
	scripts, err := filepath.Glob(filepath.Join(dir, "src", "*.mjs"))
	if err != nil || len(scripts) == 0 {
		t.Fatalf("there are no scripts: %v", err)
	}
	for _, script := range scripts {
		name := filepath.Base(script)
		if name == "site.mjs" {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newClientSite(t)
			command := exec.CommandContext(t.Context(), "node", script)
			command.Env = append(os.Environ(), "BOTHOST_URL="+s.address(),
				"KEY_ECHO="+s.key("echo"), "KEY_SLOW="+s.key("slow"), "KEY_BUSY="+s.key("model"))
			if output, err := command.CombinedOutput(); err != nil {
				t.Fatalf("%v\n%s", err, output)
			}
			s.waitForOutcome("canceled")
			if name != "ollama.mjs" && s.refusals.Load() != 1 {
				t.Errorf("the server of models has refused %d times", s.refusals.Load())
			}
		})
	}
}

// nodeClients installs the packages in a copy of their folder.
func nodeClients(t *testing.T) string {
	t.Helper()
	for _, program := range []string{"node", "npm"} {
		if _, err := exec.LookPath(program); err != nil {
			withoutNode(t, err.Error())
		}
	}
	dir := t.TempDir()
	for _, name := range []string{"package.json", "package-lock.json", "src"} {
		from := filepath.Join("clients", name)
		if info, err := os.Stat(from); err == nil && info.IsDir() {
			err = os.CopyFS(filepath.Join(dir, name), os.DirFS(from))
			if err != nil {
				t.Fatal(err)
			}
			continue
		}
		content, err := os.ReadFile(from)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	install := exec.CommandContext(ctx, "npm", "ci", "--prefer-offline", "--ignore-scripts", "--no-audit", "--no-fund")
	install.Dir = dir
	if output, err := install.CombinedOutput(); err != nil {
		withoutNode(t, "npm ci: "+err.Error()+"\n"+string(output))
	}
	return dir
}

// withoutNode leaves a test out where Node.js, or what it needs from a registry,
// is not there.
func withoutNode(t *testing.T, reason string) {
	t.Helper()
	if os.Getenv("BOTHOST_REQUIRE_NODE") != "" {
		t.Fatalf("BOTHOST_REQUIRE_NODE is set: %s", reason)
	}
	t.Skipf("the clients in JavaScript are NOT tested: %s", reason)
}
