package main

import (
	"cmp"
	"net/http"
	"time"

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
	command.Flags().StringVar(&r.url, "url", "", "address of a running host, or BOTHOST_URL")
	command.Flags().StringVar(&r.key, "key", "", "key to show it, or BOTHOST_KEY")
	return r
}

// address is the host that is named; empty if none is.
func (r *remote) address() string { return cmp.Or(r.url, r.app.variable("BOTHOST_URL")) }

// client talks to the host that is named, or to one at the usual address.
func (r *remote) client(tenant string) apiclient.Client {
	return apiclient.Client{
		URL: cmp.Or(r.address(), usualURL), Key: cmp.Or(r.key, r.app.variable("BOTHOST_KEY")),
		Tenant: tenant, HTTP: &http.Client{Transport: &http.Transport{
			Proxy:                 http.ProxyFromEnvironment,
			TLSHandshakeTimeout:   10 * time.Second,
			ExpectContinueTimeout: time.Second,
			ForceAttemptHTTP2:     true,
		}},
	}
}

// named is the client's error with the address that was tried.
func (r *remote) named(err error) error {
	if err == nil {
		return nil
	}
	return unreachable(cmp.Or(r.address(), usualURL), err)
}
