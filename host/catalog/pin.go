package catalog

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// LockName is the file in the plugin directory that says which contents may be
// run. Each line that is neither empty nor a comment (#) has a checksum, blanks,
// and a plugin's name. A plugin may have several, one for each system that the
// file is used on.
const LockName = "plugins.lock"

const lockHeader = `# Plugins that may be run here, and nothing else may: "bothost plugin pin" writes
# this file. A plugin may have several checksums, one for each system.
`

// pins are the checksums that are approved, by plugin. nil: all are.
type pins map[string][]string

// allows reports whether the lock names the checksum, and whether there is one.
func (p pins) allows(plugin, checksum string) bool { return slices.Contains(p[plugin], checksum) }

// readPins reads the lock of a directory; without one it returns nil.
func readPins(dir string) (pins, error) {
	file, err := openOwned(filepath.Join(dir, LockName))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", LockName, err)
	}
	defer func() { _ = file.Close() }()
	return parsePins(bufio.NewScanner(file))
}

func parsePins(lines *bufio.Scanner) (pins, error) {
	result := pins{}
	for number := 1; lines.Scan(); number++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		fields := strings.Fields(line)
		if len(fields) != 2 || !isChecksum(fields[0]) || newEntry(fields[1]).State == Ignored {
			return nil, fmt.Errorf("%s: line %d is not a checksum and a plugin's name", LockName, number)
		}
		result[fields[1]] = append(result[fields[1]], fields[0])
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("%s: %w", LockName, err)
	}
	return result, nil
}

// Pin writes the lock of a plugin directory: the plugins that are there now are
// approved, and nothing else is. With keep, what was approved before stays so,
// for a lock that several systems share. It returns the plugins that the lock
// names, and refuses to approve a file that could not be used anyway.
func Pin(dir string, keep bool) ([]string, error) {
	if err := checkDir(dir); err != nil {
		return nil, wrongDir(dir, err)
	}
	approved := pins{}
	if keep {
		before, err := readPins(dir)
		if err != nil {
			return nil, wrongDir(dir, err)
		}
		maps.Copy(approved, before)
	}
	if err := approved.addAll(dir); err != nil {
		return nil, wrongDir(dir, err)
	}
	if err := approved.write(dir); err != nil {
		return nil, wrongDir(dir, err)
	}
	return slices.Sorted(maps.Keys(approved)), nil
}

func (p pins) addAll(dir string) error {
	files, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, file := range files {
		if newEntry(file.Name()).State == Ignored {
			continue
		}
		path := filepath.Join(dir, file.Name())
		checksum, err := fileChecksum(path)
		if err == nil {
			err = checkWhole(path)
		}
		if err != nil {
			return fmt.Errorf("approve %s: %w", file.Name(), err)
		}
		if !p.allows(file.Name(), checksum) {
			p[file.Name()] = append(p[file.Name()], checksum)
		}
	}
	return nil
}

// write replaces the lock at once, so that a host that loads meanwhile sees the
// old one or the new one.
func (p pins) write(dir string) error {
	var text strings.Builder
	text.WriteString(lockHeader)
	for _, plugin := range slices.Sorted(maps.Keys(p)) {
		for _, checksum := range p[plugin] {
			fmt.Fprintf(&text, "%s  %s\n", checksum, plugin)
		}
	}
	return replaceFile(filepath.Join(dir, LockName), []byte(text.String()), 0o644)
}
