// Command llm-ollama is the provider "ollama": models served by Ollama.
package main

import (
	"github.com/bothost/bothost/plugins/llm-ollama/ollama"
	"github.com/bothost/bothost/sdk"
)

// version is set by the linker: -ldflags "-X main.version=1.2.3".
var version = "0.0.0-dev"

func main() { sdk.ServeLLM("llm-ollama", version, ollama.Open) }
