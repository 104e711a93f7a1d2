// Package openai is a provider of models behind OpenAI's Chat Completions, or
// behind any other server that speaks it.
//
// Requests are made of the types of OpenAI's own client, but it sends them and
// reads the stream of a reply itself: the client takes some twenty times as long
// for each piece, repeats requests on its own, and takes a stream that was cut
// for a complete reply.
//
// What holds: a reply counts only once the server has said why it ended; each
// request is sent once, and a refusal reaches the caller with the time to wait
// that the server asked for; a server that falls silent is given up after the
// idle timeout, while a reply that keeps coming may take as long as it likes; when
// the caller leaves, the request is aborted; the environment's OPENAI_ variables
// are not looked at; neither the key nor what people say is logged, or repeated in
// an error.
package openai

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"time"

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

// Provider is an instance: one server, one key. Its methods may be called
// concurrently.
type Provider struct {
	base *url.URL
	http *http.Client
	// header goes with every request; it is not changed.
	header      http.Header
	key         string
	idle        time.Duration
	streamUsage bool
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
	header, err := config.header()
	if err != nil {
		return nil, err
	}
	idle, err := config.idleTimeout()
	if err != nil {
		return nil, err
	}
	return &Provider{
		base: base, http: newClient(), header: header, key: config.APIKey, idle: idle,
		streamUsage: config.StreamUsage == nil || *config.StreamUsage,
	}, nil
}

// newClient makes a client that follows no redirection: it would take a
// conversation to a server that nobody has named. It speaks HTTP/1.1, so that a
// connection that stalls holds up one reply.
func newClient() *http.Client {
	return &http.Client{
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			Proxy:               http.ProxyFromEnvironment,
			DialContext:         (&net.Dialer{Timeout: dialTimeout}).DialContext,
			MaxIdleConns:        idleConnections,
			MaxIdleConnsPerHost: idleConnections,
			IdleConnTimeout:     idleConnectionTime,
		},
	}
}

// Close closes the connections that are kept for later requests. No call may
// be running.
func (p *Provider) Close() error {
	p.http.CloseIdleConnections()
	return nil
}

// server is the address for people, without a password.
func (p *Provider) server() string { return p.base.Redacted() }
