package httpapi

import (
	"net/http"
	"net/url"
	"path"
)

// An id may be any text, "/" too. http.ServeMux takes a segment that is an
// escaped "/" alone for the end of the path; so it is given paths that are
// escaped twice, which it turns back once.

// escapeAgain gives the request as the mux is to see it.
func escapeAgain(r *http.Request) *http.Request {
	seen := *r
	seen.URL = new(*r.URL)
	seen.URL.Path, seen.URL.RawPath = r.URL.EscapedPath(), ""
	return &seen
}

// pathName gives the name that stands in the path at a place of the route's
// pattern.
func pathName(r *http.Request, place string) string {
	escaped := r.PathValue(place)
	name, err := url.PathUnescape(escaped)
	if err != nil {
		// It is what EscapedPath gave.
		panic(err)
	}
	return name
}

// isClean reports that a path has no empty segment, and none that is "." or "..".
// http.ServeMux would redirect what has, to a route that was not meant: an id
// "." is written %2E.
func isClean(escapedPath string) bool {
	clean := path.Clean(escapedPath)
	return escapedPath == clean || escapedPath == clean+"/"
}
