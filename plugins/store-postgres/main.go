// Command store-postgres is the storage backend "postgres": conversations and
// tenants in PostgreSQL, shared by any number of hosts.
package main

import (
	"github.com/bothost/bothost/plugins/store-postgres/postgres"
	"github.com/bothost/bothost/sdk"
)

// version is set by the linker: -ldflags "-X main.version=1.2.3".
var version = "0.0.0-dev"

func main() { sdk.ServeStore("store-postgres", version, postgres.Open) }
