// Command memory-buffer is the memory plugin that shows a model the newest
// messages of its conversation.
package main

import (
	"github.com/bothost/bothost/plugins/memory-buffer/buffer"
	"github.com/bothost/bothost/sdk"
)

// version is set by the linker: -ldflags "-X main.version=1.2.3".
var version = "0.0.0-dev"

func main() { sdk.ServeMemory("memory-buffer", version, buffer.Open) }
