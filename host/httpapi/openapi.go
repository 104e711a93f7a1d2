package httpapi

import (
	_ "embed"
	"net/http"
)

// openAPIDocument describes the API for programs. A test holds it against the
// routes.
//
//go:embed openapi.json
var openAPIDocument []byte

func (a *api) openAPI(w http.ResponseWriter, _ *http.Request) error {
	return send(w, "application/json", openAPIDocument)
}

// docs shows the same document to people.
func (a *api) docs(w http.ResponseWriter, _ *http.Request) error {
	page, err := a.docsPage()
	if err != nil {
		return err
	}
	// The page has no scripts, and what might get into it could not run any.
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'")
	return send(w, "text/html; charset=utf-8", page)
}

// send answers with what is there already.
func send(w http.ResponseWriter, contentType string, body []byte) error {
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("Cache-Control", "no-cache")
	limitAnswer(w)
	// The only error is that the client has gone.
	_, _ = w.Write(body)
	return nil
}
