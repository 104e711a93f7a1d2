// Command llm-echo is the provider "echo": it answers with what it was shown.
package main

import (
	"github.com/bothost/bothost/plugins/llm-echo/echo"
	"github.com/bothost/bothost/sdk"
)

// version is set by the linker: -ldflags "-X main.version=1.2.3".
var version = "0.0.0-dev"

func main() { sdk.ServeLLM("llm-echo", version, echo.Open) }
