// Package apiclient speaks the host's HTTP API: one typed method for each route
// that the commands need.
//
// A Client is a value without state of its own; its methods may be called
// concurrently, and take no longer than their contexts allow: there is no other
// time limit, as a turn may take long. What the host refuses is an *Error, the
// host's own document. Any other error means that there was no answer, or not
// one of this API.
package apiclient

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
)

// Client names a running host, and who calls it.
type Client struct {
	// URL is where the host answers, such as "http://127.0.0.1:8080".
	URL string
	// Key is a tenant's key or the administrator's; empty where the host asks
	// for none.
	Key string
	// Tenant is whom the chat and conversation routes act for. It may be empty
	// with a tenant's own key.
	Tenant string
	// HTTP sends the requests; nil is http.DefaultClient.
	HTTP *http.Client
}

// maxAnswer bounds what is read of an answer that is not a stream, in bytes.
const maxAnswer = 64 << 20

// request is one call.
type request struct {
	method string
	// path is escaped already; the first element is a slash.
	path  string
	query url.Values
	// header has what is special to the call.
	header http.Header
	// body is sent as JSON, unless it is nil.
	body any
}

// call sends a request and decodes the answer into a value, unless that is nil.
func (c Client) call(ctx context.Context, r request, into any) error {
	response, err := c.send(ctx, r)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err != nil {
		return fmt.Errorf("%s %s: read the answer: %w", r.method, r.path, err)
	}
	if into == nil {
		return nil
	}
	if err := json.Unmarshal(body, into); err != nil {
		return fmt.Errorf("%s %s: the answer is not one of this API: %w", r.method, r.path, err)
	}
	return nil
}

// send gives the answer of a request that succeeded. The caller closes its body.
func (c Client) send(ctx context.Context, r request) (*http.Response, error) {
	prepared, err := c.prepare(ctx, r)
	if err != nil {
		return nil, err
	}
	client := c.HTTP
	if client == nil {
		client = http.DefaultClient
	}
	response, err := client.Do(prepared)
	if err != nil {
		return nil, err
	}
	if response.StatusCode >= http.StatusOK && response.StatusCode < http.StatusMultipleChoices {
		return response, nil
	}
	defer response.Body.Close()
	return nil, readError(response)
}

func (c Client) prepare(ctx context.Context, r request) (*http.Request, error) {
	address := strings.TrimSuffix(c.URL, "/") + r.path
	if len(r.query) > 0 {
		address += "?" + r.query.Encode()
	}
	var body io.Reader
	if r.body != nil {
		raw, err := json.Marshal(r.body)
		if err != nil {
			return nil, fmt.Errorf("%s %s: write the request: %w", r.method, r.path, err)
		}
		body = bytes.NewReader(raw)
	}
	prepared, err := http.NewRequestWithContext(ctx, r.method, address, body)
	if err != nil {
		return nil, fmt.Errorf("the host's address: %w", err)
	}
	if prepared.URL.Host == "" || !strings.HasPrefix(prepared.URL.Scheme, "http") {
		return nil, errors.New("the host's address must begin with http:// or https://, such as http://127.0.0.1:8080")
	}
	c.addHeaders(prepared, r)
	return prepared, nil
}

func (c Client) addHeaders(prepared *http.Request, r request) {
	for name, values := range r.header {
		prepared.Header[name] = values
	}
	if r.body != nil {
		prepared.Header.Set("Content-Type", "application/json")
	}
	if c.Key != "" {
		prepared.Header.Set("Authorization", "Bearer "+c.Key)
	}
	if c.Tenant != "" {
		prepared.Header.Set("X-Tenant", c.Tenant)
	}
}

// isMediaType reports whether an answer is of a type, whatever its parameters.
func isMediaType(response *http.Response, wanted string) bool {
	mediaType, _, err := mime.ParseMediaType(response.Header.Get("Content-Type"))
	return err == nil && mediaType == wanted
}
