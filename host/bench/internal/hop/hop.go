// Package hop is the yardstick: a reverse proxy in Go that does as little as one
// can. It reads a request, forwards it, and passes the answer on, flushed as it
// comes.
//
// Below /collected it reads the answer to its end before it passes it on: the
// least that is done by whoever listens to a model that streams for a client that
// wants the whole.
package hop

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"
)

// Collected is the prefix of the paths whose answers are passed on at once.
const Collected = "/collected"

const (
	idleConnections = 1024
	bufferSize      = 32 << 10
)

// Hop forwards requests to one server. It is safe for concurrent use.
type Hop struct {
	to     *url.URL
	client *http.Client
	mux    *http.ServeMux
}

// New makes a hop to a server's address.
func New(to string) (*Hop, error) {
	base, err := url.Parse(to)
	if err != nil {
		return nil, fmt.Errorf("where to hop to: %w", err)
	}
	h := &Hop{to: base, mux: http.NewServeMux(), client: &http.Client{Transport: &http.Transport{
		MaxIdleConns: idleConnections, MaxIdleConnsPerHost: idleConnections, IdleConnTimeout: time.Minute,
	}}}
	h.mux.HandleFunc("/", h.forward(passOn))
	h.mux.Handle(Collected+"/", http.StripPrefix(Collected, h.forward(collect)))
	return h, nil
}

// ServeHTTP forwards one request.
func (h *Hop) ServeHTTP(w http.ResponseWriter, r *http.Request) { h.mux.ServeHTTP(w, r) }

func (h *Hop) forward(pass func(http.ResponseWriter, io.Reader) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		response, err := h.ask(r)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		defer func() { _ = response.Body.Close() }()
		w.Header().Set("Content-Type", response.Header.Get("Content-Type"))
		w.WriteHeader(response.StatusCode)
		if err := pass(w, response.Body); err != nil {
			// Half an answer must not look like a whole one.
			panic(http.ErrAbortHandler)
		}
	}
}

func (h *Hop) ask(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, fmt.Errorf("read the request: %w", err)
	}
	to := h.to.JoinPath(r.URL.Path)
	request, err := http.NewRequestWithContext(r.Context(), r.Method, to.String(), bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("make the request: %w", err)
	}
	request.Header.Set("Content-Type", r.Header.Get("Content-Type"))
	return h.client.Do(request)
}

// passOn writes what comes when it comes.
func passOn(w http.ResponseWriter, from io.Reader) error {
	flush := http.NewResponseController(w).Flush
	buffer := make([]byte, bufferSize)
	for {
		n, err := from.Read(buffer)
		if n > 0 {
			if _, err := w.Write(buffer[:n]); err != nil {
				return err
			}
			if err := flush(); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// collect writes all of it when it has all come.
func collect(w http.ResponseWriter, from io.Reader) error {
	body, err := io.ReadAll(from)
	if err != nil {
		return err
	}
	_, err = w.Write(body)
	return err
}
