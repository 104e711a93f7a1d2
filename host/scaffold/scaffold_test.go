package scaffold_test

import (
	"go/format"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/bothost/bothost/host"
	"github.com/bothost/bothost/host/scaffold"
	"github.com/bothost/bothost/sdk/plugintest"
)

// checkoutDir is this checkout: the SDK that the modules are built with.
func checkoutDir(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// goIn runs the go command in a module, without a network.
func goIn(t *testing.T, dir string, args ...string) {
	t.Helper()
	command := exec.CommandContext(t.Context(), "go", args...)
	command.Dir = dir
	command.Env = append(os.Environ(), "GOPROXY=off", "GOFLAGS=", "GOWORK=off")
	if output, err := command.CombinedOutput(); err != nil {
		t.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, output)
	}
}

// TestModuleWorks makes a plugin of each kind and does with it what its author
// would do first.
func TestModuleWorks(t *testing.T) {
	t.Parallel()
	for kind, name := range map[string]string{"llm": "acme", "memory": "turn-by-turn", "store": "3rd-try"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			options := scaffold.Options{
				Kind: kind, Name: name, Dir: filepath.Join(t.TempDir(), "made"),
				SDKVersion: "1c7d3e5-dirty", SDKPath: checkoutDir(t),
			}
			if err := scaffold.New(options); err != nil {
				t.Fatal(err)
			}
			checkFormat(t, options.Dir)
			goIn(t, options.Dir, "vet", "./...")
			goIn(t, options.Dir, "test", "./...")
			program := filepath.Join("bin", options.FullName())
			goIn(t, options.Dir, "build", "-o", program, ".")
			checkConformance(t, filepath.Join(options.Dir, program))
		})
	}
}

func checkFormat(t *testing.T, dir string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".go" {
			return err
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		formatted, err := format.Source(content)
		if err != nil || string(formatted) != string(content) {
			t.Errorf("%s is not formatted: %v", path, err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
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
