//go:build unix

package main

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/ollama/ollama/envconfig"
)

const modelName = "gemma3:1b"

// model is who speaks.
type model struct {
	banner   string
	provider string
}

// echo says back what it was shown, which is what a proof can check.
func echo() model {
	return model{provider: "echo", banner: "The model is llm-echo, which says back what it was shown."}
}

// findModel takes Ollama if it is at its usual address, or OLLAMA_HOST, and has
// the model.
func findModel(ctx context.Context) model {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	address := envconfig.Host().String()
	if !hasModel(ctx, address) {
		m := echo()
		m.banner += " (No Ollama with " + modelName + " answers at " + address + ".)"
		return m
	}
	return model{provider: "ollama", banner: "The model is " + modelName + " of Ollama at " + address + "."}
}

func hasModel(ctx context.Context, address string) bool {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address+"/api/tags", http.NoBody)
	if err != nil {
		return false
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return false
	}
	defer response.Body.Close()
	var list struct{ Models []struct{ Name string } }
	if json.NewDecoder(response.Body).Decode(&list) != nil {
		return false
	}
	for _, m := range list.Models {
		if m.Name == modelName {
			return true
		}
	}
	return false
}

// environment picks the model for the instances.
func (m model) environment() []string {
	if m.provider == "echo" {
		return []string{"BOTHOST__BOT__LLM__PROVIDER=echo", "BOTHOST__BOT__LLM__CHUNKS=20", "BOTHOST__BOT__LLM__CHUNK_DELAY=5ms"}
	}
	return []string{"BOTHOST__BOT__LLM__PROVIDER=ollama", "BOTHOST__BOT__LLM__MODEL=" + modelName}
}
