//go:build unix

package pgtest

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
)

// RequireVariable names the environment variable that, set to 1, turns tests
// that cannot run for want of a server into failures.
const RequireVariable = "BOTHOST_REQUIRE_POSTGRES"

// BinariesVariable names the environment variable that holds the folder of
// initdb and postgres, to test against a server of a certain version.
const BinariesVariable = "BOTHOST_POSTGRES_BIN"

var errNoBinaries = errors.New("no PostgreSQL server on this machine: " +
	"initdb and postgres are neither in PATH nor in /usr/lib/postgresql/*/bin")

// binaries are the programs that make and run a server.
type binaries struct {
	initdb   string
	postgres string
}

func findBinaries() (binaries, error) {
	if folder := os.Getenv(BinariesVariable); folder != "" {
		found, ok := binariesIn(folder)
		if !ok {
			return binaries{}, fmt.Errorf("%s: no initdb and postgres in %s", BinariesVariable, folder)
		}
		return found, nil
	}
	if path, err := exec.LookPath("initdb"); err == nil {
		// PATH may hold links to one of several versions; the server must be
		// of the version that made its folder.
		if real, err := filepath.EvalSymlinks(path); err == nil {
			if found, ok := binariesIn(filepath.Dir(real)); ok {
				return found, nil
			}
		}
	}
	folders, err := filepath.Glob("/usr/lib/postgresql/*/bin")
	if err != nil {
		return binaries{}, fmt.Errorf("look for PostgreSQL: %w", err)
	}
	slices.Sort(folders)
	for _, folder := range slices.Backward(folders) {
		if found, ok := binariesIn(folder); ok {
			return found, nil
		}
	}
	return binaries{}, errNoBinaries
}

func binariesIn(folder string) (binaries, bool) {
	found := binaries{initdb: filepath.Join(folder, "initdb"), postgres: filepath.Join(folder, "postgres")}
	for _, path := range []string{found.initdb, found.postgres} {
		if info, err := os.Stat(path); err != nil || info.Mode()&0o111 == 0 {
			return binaries{}, false
		}
	}
	return found, true
}
