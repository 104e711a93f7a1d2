package main

import (
	"cmp"
	"net/url"

	"github.com/spf13/cobra"

	"github.com/bothost/bothost/host/apiclient"
)

// usualURL is where a host answers that was started without a configuration.
const usualURL = "http://127.0.0.1:8080"

// remote are the flags that name a running host.
type remote struct {
	app      *app
	url, key string
}

func (a *app) remoteFlags(command *cobra.Command) *remote {
	r := &remote{app: a}
	command.PreRunE = func(*cobra.Command, []string) error { return r.check() }
	command.Flags().StringVar(&r.url, "url", "", "`URL` of a running host, or BOTHOST_URL")
	command.Flags().StringVar(&r.key, "key", "", "`KEY` to show it, or BOTHOST_KEY")
	return r
}

// address is the host that is named; empty if none is.
func (r *remote) address() string { return cmp.Or(r.url, r.app.variable("BOTHOST_URL")) }

// target is the host to talk to: the one that is named, or one at the usual
// address.
func (r *remote) target() string { return cmp.Or(r.address(), usualURL) }

// client talks to the target.
func (r *remote) client() apiclient.Client {
	return apiclient.Client{
		URL: r.target(), Key: cmp.Or(r.key, r.app.variable("BOTHOST_KEY")),
	}
}

// check refuses an address that is none.
func (r *remote) check() error {
	address := r.target()
	parsed, err := url.Parse(address)
	if err != nil || parsed.Host == "" || (parsed.Scheme != "http" && parsed.Scheme != "https") {
		return usagef("%q is not the address of a host: want one like %s", address, usualURL)
	}
	return nil
}

// named is the client's error with the address that was tried.
func (r *remote) named(err error) error {
	if err == nil {
		return nil
	}
	return unreachable(r.target(), err)
}
