package scaffold

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// place writes files into dir, all or none: they are written into a folder
// beside it first, which then becomes dir.
func place(files map[string][]byte, dir string) (err error) {
	exists, err := isEmptyFolder(dir)
	if err != nil {
		return err
	}
	staged, err := os.MkdirTemp(filepath.Dir(dir), ".bothost-new-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(staged)) }()
	for name, content := range files {
		if err := writeFile(filepath.Join(staged, filepath.FromSlash(name)), content); err != nil {
			return err
		}
	}
	if exists {
		return moveInto(staged, dir)
	}
	if err := os.Chmod(staged, 0o755); err != nil {
		return err
	}
	return os.Rename(staged, dir)
}

// isEmptyFolder reports whether dir is there; what is in the way is an error.
func isEmptyFolder(dir string) (bool, error) {
	entries, err := os.ReadDir(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return false, nil
	case err != nil:
		return false, err
	case len(entries) > 0:
		return false, fmt.Errorf("%s is not empty: there is %s", dir, entries[0].Name())
	}
	return true, nil
}

func writeFile(path string, content []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, content, 0o644)
}

// moveInto keeps the folder that is there: it may be somebody's working
// directory. If something cannot be moved, what was is removed again.
func moveInto(staged, dir string) error {
	entries, err := os.ReadDir(staged)
	if err != nil {
		return err
	}
	for i, entry := range entries {
		if err := os.Rename(filepath.Join(staged, entry.Name()), filepath.Join(dir, entry.Name())); err != nil {
			for _, moved := range entries[:i] {
				err = errors.Join(err, os.RemoveAll(filepath.Join(dir, moved.Name())))
			}
			return err
		}
	}
	return nil
}
