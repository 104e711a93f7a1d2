// Command store-memory is a conversation store that keeps everything in the
// process's memory: for development and tests only.
package main

import (
	"github.com/bothost/bothost/plugins/store-memory/memstore"
	"github.com/bothost/bothost/sdk"
)

// version is set by the linker: -ldflags "-X main.version=1.2.3".
var version = "0.0.0-dev"

func main() { sdk.ServeStore("store-memory", version, memstore.Open) }
