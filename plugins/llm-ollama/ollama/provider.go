// Package ollama is a provider of models that an Ollama server runs.
//
// It speaks the protocol with the types of Ollama's own client, but reads the
// stream of a reply itself: the client's Chat reserves 8 MB for each call, and
// takes an empty answer and a stream that was cut for a complete reply.
//
// What holds: a reply counts only once the server has said that it is done; a
// server that falls silent is given up after the idle timeout, while a reply
// that keeps coming may take as long as it likes; when the caller leaves, the
// request is aborted, which ends the generation; what people say is never
// logged and never evaluated here.
package ollama

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/ollama/ollama/api"

	"github.com/bothost/bothost/sdk"
	"github.com/bothost/bothost/sdk/llm"
)

const (
	dialTimeout = 5 * time.Second
	// idleConnections is how many connections are kept for later requests; as
	// many as many tenants may use at once.
	idleConnections    = 128
	idleConnectionTime = 90 * time.Second
)

// Provider is an instance: one server. Its methods may be called concurrently.
type Provider struct {
	base *url.URL
	http *http.Client
	api  *api.Client
	idle time.Duration
}

var (
	_ llm.Provider[Options] = (*Provider)(nil)
	_ llm.Checker[Options]  = (*Provider)(nil)
)

// Open makes an instance. It does not speak to the server: that may come up
// later.
func Open(_ context.Context, config Config, _ sdk.Settings) (*Provider, error) {
	base, err := config.address()
	if err != nil {
		return nil, err
	}
	idle, err := config.idleTimeout()
	if err != nil {
		return nil, err
	}
	client := &http.Client{Transport: &http.Transport{
		Proxy:               http.ProxyFromEnvironment,
		DialContext:         (&net.Dialer{Timeout: dialTimeout}).DialContext,
		MaxIdleConns:        idleConnections,
		MaxIdleConnsPerHost: idleConnections,
		IdleConnTimeout:     idleConnectionTime,
	}}
	return &Provider{base: base, http: client, api: api.NewClient(base, client), idle: idle}, nil
}

// Close closes the connections that are kept for later requests. No call may
// be running.
func (p *Provider) Close() error {
	p.http.CloseIdleConnections()
	return nil
}

// server is the address for people, without a password.
func (p *Provider) server() string { return p.base.Redacted() }
