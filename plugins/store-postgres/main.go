// Command store-postgres is the storage backend "postgres": conversations and
// tenants in PostgreSQL, shared by any number of hosts.
package main

import (
	"github.com/bothost/bothost/plugins/store-postgres/postgres"
	"github.com/bothost/bothost/sdk"
)

const version = "0.1.0"

func main() { sdk.ServeStore("store-postgres", version, postgres.Open) }
