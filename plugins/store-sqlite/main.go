// Command store-sqlite keeps conversations and tenants in one SQLite file.
package main

import (
	"github.com/bothost/bothost/plugins/store-sqlite/sqlite"
	"github.com/bothost/bothost/sdk"
)

// version is set by the linker: -ldflags "-X main.version=1.2.3".
var version = "0.0.0-dev"

func main() { sdk.ServeStore("store-sqlite", version, sqlite.Open) }
