package ollamatest

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"testing"

	"github.com/ollama/ollama/api"

	"github.com/bothost/bothost/plugins/llm-ollama/tinygguf/gguf"
	"github.com/bothost/bothost/plugins/llm-ollama/tinygguf/tinymodel"
)

// Create makes a model of the server, which computes with one thread: with
// more, these small models are slower.
func (s *Server) Create(t testing.TB, name string, file gguf.File) {
	t.Helper()
	var data bytes.Buffer
	if _, err := file.WriteTo(&data); err != nil {
		t.Fatalf("make model %s: %v", name, err)
	}
	digest := fmt.Sprintf("sha256:%x", sha256.Sum256(data.Bytes()))
	if err := s.client.CreateBlob(t.Context(), digest, &data); err != nil {
		t.Fatalf("upload model %s: %v", name, err)
	}
	err := s.client.Create(t.Context(), &api.CreateRequest{
		Model:      name,
		Files:      map[string]string{name + ".gguf": digest},
		Template:   tinymodel.Template,
		Parameters: map[string]any{"num_thread": 1},
	}, func(api.ProgressResponse) error { return nil })
	if err != nil {
		t.Fatalf("create model %s: %v", name, err)
	}
}

// Prompts gives all prompts that the server's models were shown so far, byte
// for byte.
func (s *Server) Prompts(t testing.TB) []string {
	t.Helper()
	prompts, err := s.log.prompts()
	if err != nil {
		t.Fatal(err)
	}
	return prompts
}
