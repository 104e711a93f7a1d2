// Command llm-ollama is the provider "ollama": models served by Ollama.
package main

import (
	"github.com/bothost/bothost/plugins/llm-ollama/ollama"
	"github.com/bothost/bothost/sdk"
)

const version = "0.1.0"

func main() { sdk.ServeLLM("llm-ollama", version, ollama.Open) }
