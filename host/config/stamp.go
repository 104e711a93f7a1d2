package config

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"slices"
)

// Stamp is a text that changes when a file does that Load reads, or when one
// comes or goes. loaded is what a Load gave. It reads no contents, so that it can
// be asked often.
func (o LoadOptions) Stamp(loaded *Config) string {
	return o.stampFiles() + o.stampTenants(loaded.settings.TenantsDir)
}

// Stamp is what LoadOptions.Stamp would have given just before the files were
// read: where that gives something else now, they have changed since.
func (c *Config) Stamp() string { return c.stamp }

func (o LoadOptions) stampFiles() string {
	found, problems := sources(o.Files)
	return fmt.Sprint(len(problems)) + stamp(found)
}

// stampTenants is of the folder that is configured, and of the one that is used
// where none is.
func (o LoadOptions) stampTenants(configured string) string {
	dirs := []string{configured}
	if beside := anchor(o.Files); beside != "" {
		dirs = append(dirs, filepath.Join(beside, usualTenantsDir))
	}
	slices.Sort(dirs)
	var found []source
	for _, dir := range slices.Compact(dirs) {
		if dir == "" {
			continue
		}
		// A folder that is not there has no files.
		inside, _ := configFiles(dir)
		found = append(found, inside...)
	}
	return stamp(found)
}

func stamp(files []source) string {
	hash := sha256.New()
	for _, file := range files {
		info, err := os.Stat(file.path)
		if err != nil {
			fmt.Fprintln(hash, file.path, "is not there")
			continue
		}
		fmt.Fprintln(hash, file.path, info.Size(), info.ModTime().UnixNano())
	}
	return hex.EncodeToString(hash.Sum(nil))
}
