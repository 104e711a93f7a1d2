package scaffold_test

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"golang.org/x/mod/modfile"
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

// makeIn runs make in a module, without a network, and without what a make around
// this test was told.
func makeIn(t *testing.T, dir string) {
	t.Helper()
	command := exec.CommandContext(t.Context(), "make")
	command.Dir = dir
	command.Env = append(os.Environ(), "GOPROXY=off", "GOFLAGS=", "GOWORK=off", "MAKEFLAGS=")
	if output, err := command.CombinedOutput(); err != nil {
		t.Fatalf("make: %v\n%s", err, output)
	}
}

// tester is a test, or one case of a property.
type tester interface {
	Helper()
	Fatal(args ...any)
}

// filesIn reads a folder: the content of each file by its path.
func filesIn(t tester, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	root := os.DirFS(dir)
	err := fs.WalkDir(root, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := fs.ReadFile(root, path)
		files[path] = string(content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func readModule(t *testing.T, dir string) *modfile.File {
	t.Helper()
	parsed, err := modfile.Parse("go.mod", []byte(filesIn(t, dir)["go.mod"]), nil)
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}
