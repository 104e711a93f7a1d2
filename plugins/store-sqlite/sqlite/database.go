package sqlite

import (
	"database/sql"
	"errors"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"

	// The driver is modernc.org/sqlite: it needs no cgo, so that one binary
	// runs everywhere.
	_ "modernc.org/sqlite"

	"github.com/bothost/bothost/sdk/fault"
)

const (
	// readerConnections bounds the reads that run at once; others wait.
	readerConnections = 4
	// unlimited is for connections whose number others bound.
	unlimited = 0
)

// What a connection is for. Each waits as long for a lock that another process
// holds; synchronous=FULL makes a commit reach the disk before it returns.
const (
	readWrite = "_busy_timeout=10000&_dqs=0&_journal_mode=WAL&_synchronous=FULL"
	readOnly  = "_busy_timeout=10000&_dqs=0&_query_only=1"
)

// openPool makes a pool without opening the file yet.
func openPool(path string, connections int, options string) *sql.DB {
	name := (&url.URL{Scheme: "file", OmitHost: true, Path: filepath.ToSlash(path), RawQuery: options}).String()
	pool, err := sql.Open("sqlite", name)
	if err != nil {
		panic("the driver is not linked in: " + err.Error())
	}
	pool.SetMaxOpenConns(connections)
	pool.SetMaxIdleConns(max(connections, 1))
	return pool
}

// prepareFile makes sure that there is a file that only its owner can read, and
// that it is a local one. It never opens a file that is there: closing it again
// would drop the locks that this process holds on it.
func prepareFile(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return unusable(path, err)
	}
	if name := networkFileSystem(filepath.Dir(path)); name != "" {
		return fault.New(fault.Invalid, "store-sqlite: %s is on a network file system (%s), whose locks cannot be trusted", path, name).
			WithRemedy("choose a path on a local disk, or use store-postgres")
	}
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return unusable(path, err)
	}
	return file.Close()
}

func unusable(path string, err error) error {
	return fault.New(fault.Unavailable, "store-sqlite: create the database %s: %w", path, err).
		WithRemedy("make %s a folder that the host's user can write to", filepath.Dir(path))
}
