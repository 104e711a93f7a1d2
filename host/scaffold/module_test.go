package scaffold_test

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/bothost/bothost/host/scaffold"
)

const sdkModule = "github.com/bothost/bothost"

func TestReleasedVersionIsRequired(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"v0.1.0", "v1.20.3", "v1.0.0-rc.1"} {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			options := scaffold.Options{Kind: "llm", Name: "acme", Dir: t.TempDir(), Module: "example.com/a/llm-acme", SDKVersion: version}
			if err := scaffold.New(options); err != nil {
				t.Fatal(err)
			}
			made := readModule(t, options.Dir)
			if len(made.Require) != 1 || made.Require[0].Mod.String() != sdkModule+"@"+version || len(made.Replace) > 0 {
				t.Errorf("it requires %v and replaces %v", made.Require, made.Replace)
			}
			files := filesIn(t, options.Dir)
			if _, ok := files["go.sum"]; ok {
				t.Error("there is a go.sum, of what is not known yet")
			}
			if made.Module.Mod.Path != options.Module || !strings.Contains(files["main.go"], `"example.com/a/llm-acme/acme"`) {
				t.Errorf("the module is %s, and main.go\n%s", made.Module.Mod.Path, files["main.go"])
			}
			if !strings.Contains(files["README.md"], "go mod tidy") {
				t.Errorf("README.md does not say how to complete it:\n%s", files["README.md"])
			}
		})
	}
}

func TestUnreleasedVersionNeedsCheckout(t *testing.T) {
	t.Parallel()
	for _, version := range []string{
		"", "unknown", "(devel)", "1.2.3", "v1.2", "1c7d3e5", "1c7d3e5-dirty", "v1.2.3-dirty", "v1.2.3-14-g2414721",
		"v0.0.0-20191109021931-daa7c04131f5", "v1.2.4-0.20191109021931-daa7c04131f5", "v1.2.3+dirty",
	} {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			options := scaffold.Options{Kind: "llm", Name: "acme", Dir: t.TempDir(), SDKVersion: version}
			if err := scaffold.New(options); !errors.Is(err, scaffold.ErrUnreleased) {
				t.Fatalf("got %v, want ErrUnreleased", err)
			}
			options.SDKPath = checkoutDir(t)
			if err := scaffold.New(options); err != nil {
				t.Fatal(err)
			}
			if made := readModule(t, options.Dir); made.Require[0].Mod.String() != sdkModule+"@v0.0.0" {
				t.Errorf("it requires %v", made.Require[0].Mod)
			}
		})
	}
}

// TestCheckout builds with a checkout that was given in either way.
func TestCheckout(t *testing.T) {
	t.Parallel()
	want := checkoutDir(t)
	for name, path := range map[string]string{"absolute": want, "relative": "../.."} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			options := scaffold.Options{Kind: "memory", Name: "acme", Dir: t.TempDir(), SDKVersion: "v1.2.3", SDKPath: path}
			if err := scaffold.New(options); err != nil {
				t.Fatal(err)
			}
			made := readModule(t, options.Dir)
			if len(made.Replace) != 1 || made.Replace[0].Old.Path != sdkModule {
				t.Fatalf("it replaces %v", made.Replace)
			}
			used := filepath.FromSlash(made.Replace[0].New.Path)
			if filepath.IsAbs(used) != filepath.IsAbs(path) {
				t.Errorf("%s became %s", path, used)
			}
			if !filepath.IsAbs(used) {
				used = filepath.Join(options.Dir, used)
			}
			if used != want {
				t.Errorf("it uses %s, want %s", used, want)
			}
			if filesIn(t, options.Dir)["go.sum"] == "" {
				t.Error("there is no go.sum")
			}
		})
	}
}
