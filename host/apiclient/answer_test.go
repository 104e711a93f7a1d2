package apiclient_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bothost/bothost/host/apiclient"
)

func TestAnswers(t *testing.T) {
	t.Parallel()
	created := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	client, _ := answering(t, http.StatusOK, "application/json",
		`{"tenant": "a", "revision": 2, "config": {"x": 1}, "active": true, "created_at": "2026-01-02T03:04:05Z", "updated_at": null, "later": 1}`)
	got, err := client.GetTenant(t.Context(), "a", false)
	if err != nil {
		t.Fatal(err)
	}
	want := apiclient.Tenant{Name: "a", Revision: 2, Config: json.RawMessage(`{"x": 1}`), Active: true, CreatedAt: &created}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestErrors(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		status int
		body   string
		want   apiclient.Error
	}{
		"the host's document": {
			status: http.StatusUnprocessableEntity,
			body: `{"type": "urn:x", "title": "Unprocessable", "status": 422, "detail": "does not fit",
				"errors": [{"key": "llm.x", "message": "unknown key"}], "error": {"code": "invalid", "message": "does not fit"}}`,
			want: apiclient.Error{
				Status: 422, Code: "invalid", Detail: "does not fit", RetryAfter: 7 * time.Second,
				Fields: []apiclient.Field{{Key: "llm.x", Message: "unknown key"}},
			},
		},
		"what a proxy says": {
			status: http.StatusBadGateway, body: "<html>\n bad\tgateway </html>",
			want: apiclient.Error{Status: 502, Detail: "HOST did not answer as a bothost does: 502 Bad Gateway <html> bad gateway </html>"},
		},
		"an endless page": {
			status: http.StatusNotFound, body: strings.Repeat("x", 5000),
			want: apiclient.Error{Status: 404, Detail: "HOST did not answer as a bothost does: 404 Not Found " + strings.Repeat("x", 200) + "..."},
		},
		"nothing": {
			status: http.StatusNotFound,
			want:   apiclient.Error{Status: 404, Detail: "HOST did not answer as a bothost does: 404 Not Found "},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, _ := answering(t, test.status, "application/problem+json", test.body)
			_, err := client.Cache(t.Context())
			got, ok := errors.AsType[*apiclient.Error](err)
			if !ok {
				t.Fatalf("got %T: %v", err, err)
			}
			host := strings.TrimSuffix(strings.TrimPrefix(client.URL, "http://"), "/")
			test.want.Detail = strings.Replace(test.want.Detail, "HOST", host, 1)
			if diff := cmp.Diff(test.want, *got); diff != "" {
				t.Error(diff)
			}
			if err.Error() != test.want.Detail {
				t.Errorf("got the text %q", err)
			}
		})
	}
}

func TestNoSuchHost(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"", "127.0.0.1:8080", "http://", "ftp://127.0.0.1", "http://127.0.0.1:1", "http://%zz"} {
		client := apiclient.Client{URL: address}
		_, err := client.Cache(t.Context())
		if _, refused := errors.AsType[*apiclient.Error](err); err == nil || refused {
			t.Errorf("%q: got %v, want an error that is no refusal", address, err)
		}
	}
}

func TestAnswerOfAnotherProgram(t *testing.T) {
	t.Parallel()
	client, _ := answering(t, http.StatusOK, "text/html", "<html>welcome</html>")
	if _, err := client.ListPlugins(t.Context()); err == nil {
		t.Error("an HTML page was taken for a list of plugins")
	}
	if _, err := client.ChatStream(t.Context(), apiclient.Message{Text: "hi"}, apiclient.Observer{}); err == nil {
		t.Error("an HTML page was taken for a reply")
	}
}

func TestAll(t *testing.T) {
	t.Parallel()
	next := func(cursor string) *string { return &cursor }
	pages := map[string]apiclient.List[int]{
		"":  {Items: []int{1, 2}, Next: next("b")},
		"b": {Items: nil, Next: next("c")},
		"c": {Items: []int{3}},
	}
	got, err := apiclient.All(t.Context(), func(_ context.Context, page apiclient.Page) (apiclient.List[int], error) {
		return pages[page.After], nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]int{1, 2, 3}, got); diff != "" {
		t.Error(diff)
	}
	broken := errors.New("broken")
	_, err = apiclient.All(t.Context(), func(context.Context, apiclient.Page) (apiclient.List[int], error) {
		return apiclient.List[int]{}, broken
	})
	if !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
}
