package sqlite

import "path/filepath"

// defaultPath stands for an empty Config.Path.
const defaultPath = "bothost.db"

// Config is what an operator may say about the store.
type Config struct {
	Path string `json:"path" jsonschema:"description=The database file; a relative path is one in the data directory.,minLength=1,default=bothost.db" jsonschema_extras:"x-path=true"`
}

// file is the absolute path of the database.
func (c Config) file(dataDir string) string {
	path := c.Path
	if path == "" {
		path = defaultPath
	}
	if !filepath.IsAbs(path) {
		path = filepath.Join(dataDir, path)
	}
	return path
}
