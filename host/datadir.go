package host

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/bothost/bothost/host/config"
)

// dataDir is the folder of what the host keeps. One host at a time holds its
// lock, and the lock's file the id of that host: whoever takes the lock knows
// that the turns of the id that it finds are nobody's any more. A second host on
// the same folder works all the same; its predecessor's turns have to expire.
type dataDir struct {
	path        string
	holder      string
	predecessor string
	lock        *os.File
}

func openDataDir(path string) (*dataDir, error) {
	if err := os.MkdirAll(path, 0o700); err != nil {
		return nil, fmt.Errorf("data directory: %w", err)
	}
	id, err := randomBytes(16)
	if err != nil {
		return nil, err
	}
	d := &dataDir{path: path, holder: hex.EncodeToString(id)}
	file, err := os.OpenFile(filepath.Join(path, config.HolderFile), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("data directory: %w", err)
	}
	//nolint:gosec // a file descriptor fits an int
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		// Another host has it.
		return d, file.Close()
	}
	d.lock = file
	if d.predecessor, err = replace(file, d.holder); err != nil {
		return nil, errors.Join(fmt.Errorf("data directory: %w", err), file.Close())
	}
	return d, nil
}

// replace gives what a file held, and makes it hold something else.
func replace(file *os.File, content string) (before string, err error) {
	old, err := io.ReadAll(io.LimitReader(file, 256))
	if err != nil {
		return "", err
	}
	if err := file.Truncate(0); err != nil {
		return "", err
	}
	if _, err := file.WriteAt([]byte(content), 0); err != nil {
		return "", err
	}
	return strings.TrimSpace(string(old)), file.Sync()
}

func (d *dataDir) close() error {
	if d.lock == nil {
		return nil
	}
	return d.lock.Close()
}

func randomBytes(size int) ([]byte, error) {
	b := make([]byte, size)
	_, err := rand.Read(b)
	return b, err
}
