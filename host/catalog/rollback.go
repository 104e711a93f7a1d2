package catalog

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// Rollback puts the content of a plugin that was in service last, and is not what
// the directory has now, back into the directory, and returns its checksum. Doing
// it twice brings back what there was before. A host that watches the directory
// takes it over as any other change.
func Rollback(dir, keptDir, plugin string) (checksum string, err error) {
	if err := checkDir(dir); err != nil {
		return "", wrongDir(dir, err)
	}
	approved, err := readPins(dir)
	if err != nil {
		return "", wrongDir(dir, err)
	}
	checksum, err = kept{keptDir}.before(filepath.Join(dir, plugin), plugin)
	if err != nil {
		return "", fmt.Errorf("go back from %s: %w", plugin, err)
	}
	if approved != nil && !approved.allows(plugin, checksum) {
		return "", fmt.Errorf("go back from %s: %s does not name the checksum of what there was before; if you trust it, add this line to %s:\n%s  %s",
			plugin, LockName, filepath.Join(dir, LockName), checksum, plugin)
	}
	if err := restore(filepath.Join(dir, plugin), filepath.Join(keptDir, plugin), checksum); err != nil {
		return "", fmt.Errorf("go back from %s to %s: %w", plugin, checksum, err)
	}
	return checksum, nil
}

// before gives the checksum of the latest content that is not what a path has.
func (k kept) before(path, plugin string) (string, error) {
	if newEntry(plugin).State == Ignored {
		return "", errors.New("that is no plugin's name")
	}
	contents, err := k.contents(plugin)
	if err != nil {
		return "", err
	}
	// A file that cannot be used, or is not there, is none of those that were.
	present, _ := fileChecksum(path)
	for _, content := range contents {
		if checksum := checksumPrefix + content; checksum != present {
			return checksum, nil
		}
	}
	return "", fmt.Errorf("no earlier content of it is kept in %s", filepath.Join(k.dir, plugin))
}

// restore writes the content beside the file that it replaces, and moves it into
// its place when it is complete and is what it is said to be.
func restore(path, folder, checksum string) error {
	source, err := openOwned(filepath.Join(folder, strings.TrimPrefix(checksum, checksumPrefix)))
	if err != nil {
		return err
	}
	defer func() { _ = source.Close() }()
	content, err := io.ReadAll(source)
	if err != nil {
		return err
	}
	if checksumOf(content) != checksum {
		return errors.New("what is kept of it has been changed")
	}
	return replaceFile(path, content, os.FileMode(0o755))
}
