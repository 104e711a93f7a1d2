//go:build linux

package cluster

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// pluginOf finds the plugin of a kind that a host runs, in /proc.
func pluginOf(host int, kind string) (pid int, err error) {
	paths, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		return 0, err
	}
	for _, path := range paths {
		content, err := os.ReadFile(path)
		if err != nil {
			continue // it has ended
		}
		// PID (NAME) STATE PARENT ...; a name may hold parentheses.
		line := string(content)
		opening, closing := strings.IndexByte(line, '('), strings.LastIndexByte(line, ')')
		if opening < 0 || closing < opening {
			continue
		}
		fields := strings.Fields(line[closing+1:])
		if len(fields) < 2 || fields[1] != strconv.Itoa(host) || !strings.HasPrefix(line[opening+1:], kind+"-") {
			continue
		}
		return strconv.Atoi(strings.TrimSpace(line[:opening]))
	}
	return 0, ErrNotThere
}
