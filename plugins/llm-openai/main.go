// Command llm-openai is the provider "openai": models of OpenAI, or of any other
// server that speaks Chat Completions.
package main

import (
	"github.com/bothost/bothost/plugins/llm-openai/openai"
	"github.com/bothost/bothost/sdk"
)

// version is set by the linker: -ldflags "-X main.version=1.2.3".
var version = "0.0.0-dev"

func main() { sdk.ServeLLM("llm-openai", version, openai.Open) }
