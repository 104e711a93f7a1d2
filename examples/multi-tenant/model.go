package main

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/ollama/ollama/api"
	"github.com/ollama/ollama/envconfig"
)

const modelName = "gemma3:1b"

// model is who speaks in this run.
type model struct {
	// address of the Ollama server that has the model; empty if there is none.
	address string
	// missing says why it is not used.
	missing string
}

// findModel looks for an Ollama server at its usual address, or OLLAMA_HOST,
// that has the model.
func findModel(ctx context.Context) model {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	address := envconfig.Host()
	list, err := api.NewClient(address, http.DefaultClient).List(ctx)
	if err != nil {
		return model{missing: "no Ollama answers at " + address.String() +
			". For real answers, install it (https://ollama.com/download), run: ollama pull " + modelName}
	}
	has := slices.ContainsFunc(list.Models, func(m api.ListModelResponse) bool { return m.Name == modelName })
	if !has {
		return model{missing: "Ollama at " + address.String() + " does not have " + modelName +
			". For real answers, run: ollama pull " + modelName}
	}
	return model{address: address.String()}
}

func (m model) banner() string {
	if m.address != "" {
		return "The model is " + modelName + " of Ollama at " + m.address + "."
	}
	return strings.Join([]string{
		"The model is llm-echo, which says back what it was shown:",
		m.missing + ", then run this again.",
	}, "\n")
}

// section is the part of the configuration that picks the model.
func (m model) section() map[string]any {
	if m.address != "" {
		return map[string]any{"provider": "ollama", "base_url": m.address, "model": modelName}
	}
	return map[string]any{"provider": "echo", "chunk_delay": "5ms"}
}
