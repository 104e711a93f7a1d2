// Command llm-echo is the provider "echo": it answers with what it was shown.
package main

import (
	"github.com/bothost/bothost/plugins/llm-echo/echo"
	"github.com/bothost/bothost/sdk"
)

const version = "0.1.0"

func main() { sdk.ServeLLM("llm-echo", version, echo.Open) }
