package apiclient

import (
	"net/url"
	"strings"
)

// segment escapes a name for a path. "." and ".." would have a meaning of their
// own there.
func segment(name string) string {
	if name == "." || name == ".." {
		return strings.ReplaceAll(name, ".", "%2E")
	}
	return url.PathEscape(name)
}
