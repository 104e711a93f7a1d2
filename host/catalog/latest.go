package catalog

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// latestFirst lists the files of a folder that are wanted, by their time. A folder
// that is not there has none.
func latestFirst(dir string, isWanted func(name string) bool) ([]string, error) {
	files, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var found []os.FileInfo
	for _, file := range files {
		// What has been removed since is of no use.
		if info, err := file.Info(); err == nil && isWanted(info.Name()) {
			found = append(found, info)
		}
	}
	slices.SortStableFunc(found, func(a, b os.FileInfo) int { return b.ModTime().Compare(a.ModTime()) })
	names := make([]string, len(found))
	for i, info := range found {
		names[i] = info.Name()
	}
	return names, err
}

// removeBeyond removes the files of a folder but the first ones.
func removeBeyond(first int, dir string, names []string) (err error) {
	for _, name := range names[min(first, len(names)):] {
		// Another host may have done so.
		if failure := os.Remove(filepath.Join(dir, name)); !errors.Is(failure, fs.ErrNotExist) {
			err = errors.Join(err, failure)
		}
	}
	return err
}
