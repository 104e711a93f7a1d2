package config

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
)

// Stamp is a text that changes when a file does that Load reads, or when one
// comes or goes. loaded is what the last Load gave. It reads no contents, so
// that it can be asked often.
func (o LoadOptions) Stamp(loaded *Config) string {
	found, problems := sources(o.Files)
	dirs := []string{loaded.settings.TenantsDir}
	if beside := anchor(o.Files); beside != "" {
		dirs = append(dirs, filepath.Join(beside, usualTenantsDir))
	}
	for _, dir := range dirs {
		if dir == "" {
			continue
		}
		// A folder that is not there has no files.
		inside, _ := configFiles(dir)
		found = append(found, inside...)
	}
	hash := sha256.New()
	fmt.Fprintln(hash, len(problems))
	for _, file := range found {
		info, err := os.Stat(file.path)
		if err != nil {
			fmt.Fprintln(hash, file.path, "is not there")
			continue
		}
		fmt.Fprintln(hash, file.path, info.Size(), info.ModTime().UnixNano())
	}
	return hex.EncodeToString(hash.Sum(nil))
}
