package ollamatest

import (
	"testing"

	"github.com/bothost/bothost/plugins/llm-ollama/tinygguf/gguf"
	"github.com/bothost/bothost/plugins/llm-ollama/tinygguf/tinymodel"
)

// The models of a server with models.
const (
	// Reciter says Script, and ends.
	Reciter = "reciter"
	// Endless says Script again and again.
	Endless = "endless"
	// Babbler says anything.
	Babbler = "babbler"
)

// Script is what the reciters say.
const Script = "Good morning! I am a very small model, and this is all I can say.\nHave a good day \u2014 and come back \U0001F98A"

// manyLayers make a model take about a millisecond for a token, as bigger ones
// do at least. A server that is asked to stop while it speaks faster than it
// can send sometimes loses the slot of that request for good (seen with Ollama
// 0.10.1, and reported of later ones).
const manyLayers = 40

// StartWithModels starts a server that has the models.
func StartWithModels(t testing.TB, slots int) *Server {
	t.Helper()
	server := Start(t, slots)
	server.Create(t, Reciter, must(t)(tinymodel.Reciter(Script)))
	server.Create(t, Endless, must(t)(tinymodel.EndlessReciter(Script, manyLayers)))
	server.Create(t, Babbler, tinymodel.Babbler())
	return server
}

func must(t testing.TB) func(gguf.File, error) gguf.File {
	return func(file gguf.File, err error) gguf.File {
		t.Helper()
		if err != nil {
			t.Fatalf("make a model: %v", err)
		}
		return file
	}
}
