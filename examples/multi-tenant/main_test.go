package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/bothost/bothost/plugins/llm-ollama/ollamatest"
	"github.com/bothost/bothost/plugins/llm-ollama/tinygguf/tinymodel"
)

// buildPlugins builds those that the example uses.
func buildPlugins(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	command := exec.Command("go", "build", "-o", folder+"/",
		"./plugins/llm-echo", "./plugins/llm-ollama", "./plugins/memory-buffer", "./plugins/store-sqlite")
	command.Dir = filepath.Join("..", "..")
	command.Env = append(os.Environ(), "CGO_ENABLED=0")
	if output, err := command.CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, output)
	}
	return folder
}

// TestWithoutOllama plays the example on an echo: nothing answers at port 1.
func TestWithoutOllama(t *testing.T) {
	t.Setenv("OLLAMA_HOST", "127.0.0.1:1")
	if err := run(t.Context(), buildPlugins(t)); err != nil {
		t.Fatal(err)
	}
}

// TestWithOllama plays it on a real server with a tiny model under the name of
// the usual one; it is skipped where there is no server.
func TestWithOllama(t *testing.T) {
	server := ollamatest.Start(t, 4)
	file, err := tinymodel.Reciter("I am a very small model\nand can only say this.")
	if err != nil {
		t.Fatal(err)
	}
	server.Create(t, modelName, file)
	t.Setenv("OLLAMA_HOST", server.URL)
	if found := findModel(t.Context()); found.address == "" {
		t.Fatalf("the model was not found: %s", found.missing)
	}
	if err := run(t.Context(), buildPlugins(t)); err != nil {
		t.Fatal(err)
	}
}
