package scaffold

import (
	"errors"
	"regexp"

	"golang.org/x/mod/module"
	"golang.org/x/mod/semver"
)

// ErrUnreleased means that the version of the SDK is one that a module cannot
// require, so that a checkout must be named.
var ErrUnreleased = errors.New("not a released version of bothost, which a plugin could require")

// released reports whether a version is one that can be fetched: not what `git
// describe` says between two tags or of changes, and not what the go command
// calls a build of a checkout.
func released(version string) bool {
	betweenTags := regexp.MustCompile(`-[0-9]+-g[0-9a-f]{7,}$|-dirty$`)
	return semver.IsValid(version) && semver.Canonical(version) == version &&
		!module.IsPseudoVersion(version) && !betweenTags.MatchString(version)
}
