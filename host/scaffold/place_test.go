package scaffold_test

import (
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/bothost/bothost/host/scaffold"
)

// TestNothingIsLeftBehind tries what cannot work: the error says why, and the
// disk is as it was.
func TestNothingIsLeftBehind(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		change func(*scaffold.Options)
		says   string
	}{
		"no kind":            {func(o *scaffold.Options) { o.Kind = "tool" }, `"tool" is no kind of plugin`},
		"no name":            {func(o *scaffold.Options) { o.Name = "" }, "cannot name a plugin"},
		"a capital":          {func(o *scaffold.Options) { o.Name = "Acme" }, "cannot name a plugin"},
		"a hyphen at an end": {func(o *scaffold.Options) { o.Name = "acme-" }, "cannot name a plugin"},
		"a path":             {func(o *scaffold.Options) { o.Name = "../acme" }, "cannot name a plugin"},
		"a long name":        {func(o *scaffold.Options) { o.Name = strings.Repeat("a", 65) }, "cannot name a plugin"},
		"no module":          {func(o *scaffold.Options) { o.Module = "a module" }, "cannot name a module"},
		"no version":         {func(o *scaffold.Options) { o.SDKVersion = "unknown" }, "not a released version"},
		"no checkout":        {func(o *scaffold.Options) { o.SDKPath = filepath.Join(o.Dir, "none") }, "no such file"},
		"no folder for it":   {func(o *scaffold.Options) { o.Dir = filepath.Join(o.Dir, "a", "b") }, "no such file"},
		"a folder in use":    {func(o *scaffold.Options) { o.Dir = filepath.Join(o.Dir, "used") }, "is not empty: there is notes"},
		"a file":             {func(o *scaffold.Options) { o.Dir = filepath.Join(o.Dir, "used", "notes") }, "not a directory"},
		"another module":     {func(o *scaffold.Options) { o.SDKPath = filepath.Join(o.Dir, "other") }, "is not that of " + sdkModule},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			temp := t.TempDir()
			write(t, filepath.Join(temp, "used", "notes"), "mine")
			write(t, filepath.Join(temp, "other", "go.mod"), "module example.com/other\n")
			before := filesIn(t, temp)
			options := scaffold.Options{Kind: "llm", Name: "acme", Dir: temp, SDKVersion: "v1.2.3"}
			test.change(&options)
			err := scaffold.New(options)
			if err == nil || !strings.Contains(err.Error(), test.says) {
				t.Errorf("got %v, want %q", err, test.says)
			}
			if after := filesIn(t, temp); !maps.Equal(after, before) {
				t.Errorf("there are now %v", after)
			}
			if entries, err := os.ReadDir(temp); err != nil || len(entries) != 2 {
				t.Errorf("there are now %v, %v", entries, err)
			}
		})
	}
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestEmptyFolderIsKept matters to whoever has it as the working directory.
func TestEmptyFolderIsKept(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	before, err := os.Stat(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := scaffold.New(scaffold.Options{Kind: "store", Name: "acme", Dir: dir, SDKVersion: "v1.2.3"}); err != nil {
		t.Fatal(err)
	}
	after, err := os.Stat(dir)
	if err != nil {
		t.Fatal(err)
	}
	if !os.SameFile(before, after) {
		t.Error("it is another folder now")
	}
	if beside, err := os.ReadDir(filepath.Dir(dir)); err != nil || len(beside) != 1 {
		t.Errorf("beside it there are %v, %v", beside, err)
	}
	if _, ok := filesIn(t, dir)[".gitignore"]; !ok {
		t.Error("there is no .gitignore")
	}
}
