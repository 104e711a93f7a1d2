package e2e

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
)

// askedMemory is a plugin that turns ask what the model is to see.
const askedMemory = "memory-asked"

// buildAsked makes it of memory-buffer, whose window is shown as it is: turns use a
// buffer, and do not call it. What is run is the buffer's own Recall.
func buildAsked(t *testing.T) []byte {
	t.Helper()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	replaced := map[string]string{}
	for file, change := range map[string][2]string{
		"plugins/memory-buffer/main.go":          {`"memory-buffer"`, `"` + askedMemory + `"`},
		"plugins/memory-buffer/buffer/buffer.go": {", Verbatim: true", ""},
	} {
		path := filepath.Join(root, file)
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Count(content, []byte(change[0])) != 1 {
			t.Fatalf("%s has not one %s", file, change[0])
		}
		replaced[path] = filepath.Join(folder, filepath.Base(file))
		content = bytes.ReplaceAll(content, []byte(change[0]), []byte(change[1]))
		if err := os.WriteFile(replaced[path], content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	overlay, err := json.Marshal(map[string]any{"Replace": replaced})
	if err != nil {
		t.Fatal(err)
	}
	description, program := filepath.Join(folder, "overlay.json"), filepath.Join(folder, askedMemory)
	if err := os.WriteFile(description, overlay, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := build(root, program, "-overlay", description, filepath.Join(root, "plugins/memory-buffer")); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(program)
	if err != nil {
		t.Fatal(err)
	}
	return content
}
