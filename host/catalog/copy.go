package catalog

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

const checksumPrefix = "sha256:"

// privateCopy copies a trusted file and returns the copy's path and checksum.
// What is hashed is what is written: the file may change meanwhile, and the copy
// is then of neither state, but never of anything else than its checksum says.
// A copy bears its plugin's name, which lists of processes show; its folder is
// named after content and plugin.
func privateCopy(source *os.File, privateDir, plugin string) (path, checksum string, err error) {
	temporary, err := os.CreateTemp(privateDir, ".copy-")
	if err != nil {
		return "", "", fmt.Errorf("copy: %w", err)
	}
	sum, err := fill(temporary, source)
	if err == nil {
		path = filepath.Join(privateDir, sum+"."+plugin, plugin)
		err = publish(temporary.Name(), path)
	}
	if err != nil {
		return "", "", errors.Join(fmt.Errorf("copy: %w", err), os.Remove(temporary.Name()))
	}
	return path, checksumPrefix + sum, nil
}

// fill writes the copy to the disk and closes it.
func fill(target *os.File, source io.Reader) (sum string, err error) {
	digest := sha256.New()
	_, err = io.Copy(io.MultiWriter(target, digest), source)
	if err == nil {
		err = target.Chmod(0o500)
	}
	if err == nil {
		err = target.Sync()
	}
	err = errors.Join(err, target.Close())
	awaitForks()
	return hex.EncodeToString(digest.Sum(nil)), err
}

// awaitForks waits until every process that was being forked while a file was
// open for writing has let go of it, as it does with its exec: until then the
// file cannot be executed (ETXTBSY).
func awaitForks() {
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
}

func publish(temporary, path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	return os.Rename(temporary, path)
}

// removeCopies removes the private copies of a plugin but for one, which may be
// empty. What runs of them goes on.
func removeCopies(privateDir, plugin, but string) error {
	folders, err := os.ReadDir(privateDir)
	for _, folder := range folders {
		path := filepath.Join(privateDir, folder.Name())
		if _, of, _ := strings.Cut(folder.Name(), "."); of == plugin && path != filepath.Dir(but) {
			err = errors.Join(err, os.RemoveAll(path))
		}
	}
	return err
}

// fileChecksum reads a trusted file that nobody writes.
func fileChecksum(path string) (string, error) {
	file, err := openTrusted(path)
	if err != nil {
		return "", err
	}
	defer func() { _ = file.Close() }()
	if beingWritten(file) {
		return "", errors.New("it is being written")
	}
	digest := sha256.New()
	if _, err := io.Copy(digest, file); err != nil {
		return "", err
	}
	return checksumPrefix + hex.EncodeToString(digest.Sum(nil)), nil
}

// isChecksum reports whether a text has the form of one.
func isChecksum(text string) bool {
	digits, ok := strings.CutPrefix(text, checksumPrefix)
	raw, err := hex.DecodeString(digits)
	return ok && err == nil && len(raw) == sha256.Size
}

func checksumOf(content []byte) string {
	sum := sha256.Sum256(content)
	return checksumPrefix + hex.EncodeToString(sum[:])
}
