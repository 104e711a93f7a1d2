// Command store-sqlite keeps conversations and tenants in one SQLite file. Hosts
// start it. People run it to copy the file, while hosts use it or not:
//
//	store-sqlite backup FILE COPY
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/bothost/bothost/plugins/store-sqlite/sqlite"
	"github.com/bothost/bothost/sdk"
)

// version is set by the linker: -ldflags "-X main.version=1.2.3".
var version = "0.0.0-dev"

func main() {
	if len(os.Args) > 1 && os.Args[1] == "backup" {
		os.Exit(backup(os.Args[2:]))
	}
	sdk.ServeStore("store-sqlite", version, sqlite.Open)
}

// backup carries out the command of that name, and gives the exit status.
func backup(args []string) int {
	if len(args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: store-sqlite backup FILE COPY")
		return 2
	}
	if err := sqlite.Backup(context.Background(), args[0], args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}
