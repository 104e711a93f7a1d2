// Command memory-buffer is the memory plugin that shows a model the newest
// messages of its conversation.
package main

import (
	"github.com/bothost/bothost/plugins/memory-buffer/buffer"
	"github.com/bothost/bothost/sdk"
)

func main() { sdk.ServeMemory("memory-buffer", "1.0.0", buffer.Open) }
