package catalog

// SplitName takes a plugin's full name, that of its file, apart. It reports
// false if that is no name of a plugin.
func SplitName(plugin string) (kind, name string, ok bool) {
	parts := pluginName().FindStringSubmatch(plugin)
	if parts == nil {
		return "", "", false
	}
	return parts[1], parts[2], true
}
