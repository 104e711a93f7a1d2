package apiclient_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/bothost/bothost/host/apiclient"
)

// sent is what a host was asked.
type sent struct {
	line   string
	header http.Header
	body   string
}

// answering starts a host that gives one answer to everything, and tells what it
// was asked last.
func answering(t *testing.T, status int, contentType, body string) (apiclient.Client, *sent) {
	t.Helper()
	last := &sent{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		raw, err := io.ReadAll(r.Body)
		if err != nil {
			t.Errorf("read the request: %v", err)
		}
		*last = sent{line: fmt.Sprintf("%s %s", r.Method, r.RequestURI), header: r.Header, body: string(raw)}
		w.Header().Set("Content-Type", contentType)
		w.Header().Set("Retry-After", "7")
		w.WriteHeader(status)
		// A client that has seen enough may be gone.
		_, _ = io.WriteString(w, body)
	}))
	t.Cleanup(server.Close)
	return apiclient.Client{URL: server.URL + "/", HTTP: server.Client()}, last
}
