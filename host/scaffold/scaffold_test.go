package scaffold_test

import (
	"go/format"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/bothost/bothost/host"
	"github.com/bothost/bothost/host/scaffold"
	"github.com/bothost/bothost/sdk/plugintest"
)

// TestModuleWorks makes a plugin of each kind and does with it what its author
// would do first, offline. The names are awkward on purpose.
func TestModuleWorks(t *testing.T) {
	t.Parallel()
	for kind, name := range map[string]string{"llm": "message", "memory": "turn-by-turn", "store": "3rd-try"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			options := scaffold.Options{
				Kind: kind, Name: name, Dir: filepath.Join(t.TempDir(), "made"),
				SDKVersion: "1c7d3e5-dirty", SDKPath: checkoutDir(t),
			}
			if err := scaffold.New(options); err != nil {
				t.Fatal(err)
			}
			makeIn(t, options.Dir)
			checkConformance(t, filepath.Join(options.Dir, "bin", options.FullName()))
		})
	}
}

// checkConformance does what bothost plugin check does.
func checkConformance(t *testing.T, program string) {
	t.Helper()
	cases := 0
	err := host.CheckPlugin(t.Context(), host.PluginCheck{File: program}, func(outcome plugintest.Outcome) {
		cases++
		if !outcome.Passed {
			t.Errorf("%s: %s", outcome.Case, strings.Join(outcome.Log, "\n"))
		}
	})
	if err != nil || cases == 0 {
		t.Errorf("of %s %d cases were checked: %v", program, cases, err)
	}
}

// TestAnyName makes plugins of whatever name: their sources parse and are
// formatted, and nothing of the template is left in any file.
func TestAnyName(t *testing.T) {
	t.Parallel()
	temp := t.TempDir()
	made := 0
	rapid.Check(t, func(t *rapid.T) {
		made++
		options := scaffold.Options{
			Kind:       rapid.SampledFrom([]string{"llm", "memory", "store"}).Draw(t, "kind"),
			Name:       rapid.StringMatching(`[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?`).Draw(t, "name"),
			Dir:        filepath.Join(temp, strconv.Itoa(made)),
			SDKVersion: "v1.2.3",
		}
		if err := scaffold.New(options); err != nil {
			t.Fatal(err)
		}
		files := filesIn(t, options.Dir)
		for name, content := range files {
			if strings.Contains(content, "{{") || strings.Contains(content, "<no value>") {
				t.Errorf("%s has something of the template:\n%s", name, content)
			}
			if path.Ext(name) != ".go" {
				continue
			}
			if formatted, err := format.Source([]byte(content)); err != nil || string(formatted) != content {
				t.Errorf("%s is not formatted: %v\n%s", name, err, content)
			}
		}
		for _, name := range []string{"main.go", "README.md", "Makefile"} {
			if !strings.Contains(files[name], options.FullName()) {
				t.Errorf("%s does not name the plugin", name)
			}
		}
	})
}

func TestPackageName(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ kind, name, want string }{
		"plain":                     {"llm", "acme", "acme"},
		"hyphens":                   {"store", "a-b-c", "abc"},
		"a digit first":             {"store", "3rd-try", "store3rdtry"},
		"a keyword":                 {"llm", "go", "llmgo"},
		"a type":                    {"llm", "string", "llmstring"},
		"a package of the SDK":      {"memory", "memory", "memorymemory"},
		"a variable":                {"llm", "version", "llmversion"},
		"a function of the tests":   {"llm", "chat", "llmchat"},
		"one of another kind":       {"memory", "chat", "chat"},
		"a program":                 {"store", "main", "storemain"},
		"a folder of the go tool":   {"store", "vendor", "storevendor"},
		"what is built":             {"llm", "bin", "llmbin"},
		"a device of an old system": {"store", "nul", "storenul"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			options := scaffold.Options{Kind: test.kind, Name: test.name, Dir: t.TempDir(), SDKVersion: "v1.2.3"}
			if err := scaffold.New(options); err != nil {
				t.Fatal(err)
			}
			config := filesIn(t, options.Dir)[test.want+"/config.go"]
			if !strings.HasPrefix(config, "package "+test.want+"\n") {
				t.Errorf("there is no package %s:\n%s", test.want, config)
			}
		})
	}
}
