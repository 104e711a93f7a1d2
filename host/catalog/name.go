package catalog

import (
	"regexp"
	"strings"
)

// SplitName takes a plugin's full name, that of its file, apart. It reports
// false if that is no name of a plugin.
func SplitName(plugin string) (kind, name string, ok bool) {
	parts := pluginName().FindStringSubmatch(plugin)
	if parts == nil {
		return "", "", false
	}
	return parts[1], parts[2], true
}

func pluginName() *regexp.Regexp {
	return regexp.MustCompile(`^(` + strings.Join(kindNames(), "|") + `)-([a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?)$`)
}
