// Command llm-faq is the provider "faq".
package main

import (
	"github.com/bothost/bothost/sdk"

	"example.com/llm-faq/faq"
)

// version is set by the linker: -ldflags "-X main.version=1.2.3".
var version = "0.0.0-dev"

func main() { sdk.ServeLLM("llm-faq", version, faq.Open) }
