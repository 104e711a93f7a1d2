package examples_test

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/bothost/bothost/host"
	"github.com/bothost/bothost/host/config"
	"github.com/bothost/bothost/sdk/plugintest"
)

// TestCustomLLM builds a module of its own, offline.
func TestCustomLLM(t *testing.T) {
	t.Parallel()
	golang := func(args ...string) string {
		output, err := run("custom-llm", []string{"GOPROXY=off", "GOFLAGS=-mod=readonly", "GOWORK=off", "CGO_ENABLED=0"}, "go", args...)
		if err != nil {
			t.Fatalf("go %s: %v (if go.mod is not up to date: go mod tidy in examples/custom-llm)\n%s", strings.Join(args, " "), err, output)
		}
		return output
	}
	golang("test", "-trimpath", "-vet=all", "./...")
	program := filepath.Join(t.TempDir(), "llm-faq")
	golang("build", "-trimpath", "-o", program, ".")
	checkPlugin(t, program, readSection(t, "custom-llm/section.yaml"))

	foreign := regexp.MustCompile(`(?m)^github\.com/bothost/bothost/(host|plugins|examples).*$`)
	if found := foreign.FindAllString(golang("list", "-deps", "-test", "./..."), -1); len(found) > 0 {
		t.Errorf("it depends on more than the SDK: %q", found)
	}
}

// TestNodeLLM bundles a plugin of another language, in a copy of its folder.
func TestNodeLLM(t *testing.T) {
	t.Parallel()
	for _, program := range []string{"node", "npm"} {
		if _, err := exec.LookPath(program); err != nil {
			withoutNode(t, err.Error())
		}
	}
	contract, err := filepath.Abs("../sdk/plugin/v1")
	if err != nil {
		t.Fatal(err)
	}
	dir := copySources(t, "node-llm")
	npm := func(args ...string) (string, error) {
		return run(dir, []string{"BOTHOST_PROTO=" + contract}, "npm", args...)
	}
	if output, err := npm("ci", "--prefer-offline", "--ignore-scripts", "--no-audit", "--no-fund"); err != nil {
		withoutNode(t, "npm ci: "+err.Error()+"\n"+output)
	}
	for _, script := range []string{"test", "build"} {
		if output, err := npm("run", script); err != nil {
			t.Fatalf("npm run %s: %v\n%s", script, err, output)
		}
	}
	checkPlugin(t, filepath.Join(dir, "bin/llm-eliza"), readSection(t, "node-llm/section.yaml"))
}

// withoutNode leaves a test out where Node.js, or what it needs from a registry,
// is not there.
func withoutNode(t *testing.T, reason string) {
	t.Helper()
	if os.Getenv("BOTHOST_REQUIRE_NODE") != "" {
		t.Fatalf("BOTHOST_REQUIRE_NODE is set: %s", reason)
	}
	t.Skipf("the plugin in JavaScript is NOT tested: %s", reason)
}

// readSection reads the configuration to test with.
func readSection(t *testing.T, file string) map[string]any {
	t.Helper()
	section, err := config.ReadDocument(file)
	if err != nil {
		t.Fatal(err)
	}
	return section
}

// checkPlugin does what bothost plugin check does.
func checkPlugin(t *testing.T, program string, section map[string]any) {
	t.Helper()
	cases := 0
	check := host.PluginCheck{File: program, Section: section, Source: "the test's section"}
	err := host.CheckPlugin(t.Context(), check, func(outcome plugintest.Outcome) {
		cases++
		if !outcome.Passed {
			t.Errorf("%s: %s", outcome.Case, strings.Join(outcome.Log, "\n"))
		}
	})
	if err != nil || cases == 0 {
		t.Errorf("of %s %d cases were checked: %v", program, cases, err)
	}
}

// run runs a command to its end, and gives all that it printed.
func run(dir string, env []string, name string, args ...string) (string, error) {
	command := exec.Command(name, args...)
	command.Dir = dir
	command.Env = append(os.Environ(), env...)
	output, err := command.CombinedOutput()
	return string(output), err
}

// copySources copies what is not made from the rest.
func copySources(t *testing.T, dir string) string {
	t.Helper()
	to := t.TempDir()
	sources := os.DirFS(dir)
	err := fs.WalkDir(sources, ".", func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && (path == "node_modules" || path == "bin"):
			return fs.SkipDir
		case entry.IsDir():
			return os.MkdirAll(filepath.Join(to, path), 0o700)
		}
		content, err := fs.ReadFile(sources, path)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, path), content, 0o600)
	})
	if err != nil {
		t.Fatal(err)
	}
	return to
}
