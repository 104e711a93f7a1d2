package config

// ReadDocument gives what a file holds, a map of keys, as it was parsed: YAML,
// JSON or TOML by its name. Nothing is checked, and nothing in it is resolved.
func ReadDocument(path string) (map[string]any, error) { return readFile(path) }
