package e2e

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// api speaks HTTP as a client of any language would.
type api struct {
	t      testing.TB
	url    string
	client *http.Client
	key    string
}

type answer struct {
	status int
	header http.Header
	raw    []byte
	body   object
}

// call makes one request; header holds pairs.
func (a *api) call(method, path string, body any, header ...string) answer {
	a.t.Helper()
	response, err := a.try(context.Background(), method, path, body, header...)
	if err != nil {
		a.t.Fatal(err)
	}
	return response
}

func (a *api) try(ctx context.Context, method, path string, body any, header ...string) (answer, error) {
	request, err := a.request(ctx, method, path, body, header...)
	if err != nil {
		return answer{}, err
	}
	response, err := a.client.Do(request)
	if err != nil {
		return answer{}, err
	}
	defer response.Body.Close()
	raw, err := io.ReadAll(response.Body)
	if err != nil {
		return answer{}, err
	}
	out := answer{status: response.StatusCode, header: response.Header, raw: raw}
	if len(raw) > 0 {
		_ = json.Unmarshal(raw, &out.body)
	}
	return out, nil
}

func (a *api) request(ctx context.Context, method, path string, body any, header ...string) (*http.Request, error) {
	var reader io.Reader
	switch b := body.(type) {
	case nil:
	case string:
		reader = strings.NewReader(b)
	default:
		encoded, err := json.Marshal(b)
		if err != nil {
			return nil, err
		}
		reader = bytes.NewReader(encoded)
	}
	request, err := http.NewRequestWithContext(ctx, method, a.url+path, reader)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	if a.key != "" {
		request.Header.Set("Authorization", "Bearer "+a.key)
	}
	for i := 0; i+1 < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	return request, nil
}

// register puts a tenant and expects it to be taken.
func (a *api) register(tenant string, overrides object) answer {
	a.t.Helper()
	response := a.call(http.MethodPut, "/v1/tenants/"+url.PathEscape(tenant), overrides)
	if response.status != http.StatusCreated && response.status != http.StatusOK {
		a.t.Fatalf("register %s: %d %s", tenant, response.status, response.raw)
	}
	return response
}

// say makes a turn of a tenant's conversation.
func (a *api) say(tenant, conversation, text string, header ...string) answer {
	a.t.Helper()
	return a.call(http.MethodPost, "/v1/chat", object{"message": text, "conversation_id": conversation},
		append([]string{"X-Tenant", tenant}, header...)...)
}

// hears makes a turn and expects a reply.
func (a *api) hears(tenant, conversation, text string) string {
	a.t.Helper()
	response := a.say(tenant, conversation, text)
	if response.status != http.StatusOK {
		a.t.Fatalf("%s in %s of %s: %d %s", text, conversation, tenant, response.status, response.raw)
	}
	return response.body["reply"].(string)
}

// stored is a message as the API tells it.
type stored struct {
	Turn    int
	Role    string
	Content string
	Status  string
}

// transcript reads a conversation in small pages.
func (a *api) transcript(tenant, conversation string) []stored {
	a.t.Helper()
	return a.pages(tenant, conversation, 7)
}

// pages reads a conversation page by page.
func (a *api) pages(tenant, conversation string, limit int) []stored {
	a.t.Helper()
	var all []stored
	after := ""
	for {
		path := fmt.Sprintf("/v1/conversations/%s/messages?limit=%d&after=%s", url.PathEscape(conversation), limit, url.QueryEscape(after))
		response := a.call(http.MethodGet, path, nil, "X-Tenant", tenant)
		if response.status == http.StatusNotFound {
			return nil
		}
		if response.status != http.StatusOK {
			a.t.Fatalf("transcript: %d %s", response.status, response.raw)
		}
		var page struct {
			Items []stored
			Next  *string
		}
		if err := json.Unmarshal(response.raw, &page); err != nil {
			a.t.Fatal(err)
		}
		all = append(all, page.Items...)
		if page.Next == nil {
			return all
		}
		after = *page.Next
	}
}

// event is one server-sent event.
type event struct {
	name string
	data object
}

// stream makes a streamed turn and calls see with each event, until it returns
// false, which makes the client leave.
func (a *api) stream(ctx context.Context, tenant, conversation, text string, see func(event) bool) error {
	ctx, leave := context.WithCancel(ctx)
	defer leave()
	request, err := a.request(ctx, http.MethodPost, "/v1/chat",
		object{"message": text, "conversation_id": conversation, "stream": true}, "X-Tenant", tenant)
	if err != nil {
		return err
	}
	response, err := a.client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	return readEvents(response.Body, see)
}

// readEvents calls see with each event of a stream, until it returns false.
func readEvents(stream io.Reader, see func(event) bool) error {
	lines := bufio.NewScanner(stream)
	lines.Buffer(nil, 4<<20)
	var current event
	for lines.Scan() {
		switch line := lines.Text(); {
		case strings.HasPrefix(line, "event: "):
			current = event{name: strings.TrimPrefix(line, "event: ")}
		case strings.HasPrefix(line, "data: "):
			if err := json.Unmarshal([]byte(strings.TrimPrefix(line, "data: ")), &current.data); err != nil {
				return err
			}
		case line == "" && !see(current):
			return nil
		}
	}
	return lines.Err()
}
