// Package httpapi is the host's HTTP surface: routes, authentication, and the
// translation of the registry's answers and errors.
//
// A request's tenant comes from its credential alone (or, on loopback without
// authentication and for the operator, from the X-Tenant header); nothing in a
// body can change it. Everything that comes in has a size limit and a time
// limit. Every error is one kind of document, see problem.go.
package httpapi

import (
	"context"
	"errors"
	"net/http"
	"sync"

	"github.com/hashicorp/go-hclog"

	"github.com/bothost/bothost/host/registry"
	"github.com/bothost/bothost/sdk/fault"
)

// Settings is what the API is made of.
type Settings struct {
	Registry *registry.Registry
	Auth     Auth
	// Effective gives a tenant's merged configuration, secrets masked.
	Effective func(registry.Tenant) (map[string]any, error)
	// Plugins describes the plugin directory.
	Plugins func() []Plugin
	// Ready says why the host cannot serve now; nil: it can.
	Ready   func(context.Context) error
	Version string
	Logger  hclog.Logger
}

// api answers requests.
type api struct {
	Settings
	// docsPage is rendered when it is first asked for.
	docsPage func() ([]byte, error)
}

// New makes the handler of all routes.
func New(settings Settings) http.Handler {
	a := &api{Settings: settings, docsPage: sync.OnceValues(func() ([]byte, error) { return renderDocs(openAPIDocument) })}
	mux := http.NewServeMux()
	for pattern, handler := range a.routes() {
		mux.Handle(pattern, a.answer(handler))
	}
	return a.guard(a.describeUnknown(mux))
}

// handler answers a request, or fails: then nothing is written yet.
type handler func(http.ResponseWriter, *http.Request) error

// routes are all of them, by the patterns of http.ServeMux.
func (a *api) routes() map[string]handler {
	return map[string]handler{
		"POST /v1/chat":                         a.asTenant(a.chat),
		"POST /v1/chat/completions":             a.asOpenAI(a.chatCompletions),
		"GET /v1/models":                        a.asOpenAI(a.listModels),
		"GET /v1/models/{model}":                a.asOpenAI(a.getModel),
		"POST /api/chat":                        a.asOllama(a.ollamaChat),
		"POST /api/show":                        a.asOllama(a.ollamaShow),
		"GET /api/tags":                         a.asOllama(a.ollamaTags),
		"GET /api/version":                      a.ollamaVersion,
		"GET /{$}":                              a.root,
		"GET /v1/conversations":                 a.asTenant(a.listConversations),
		"GET /v1/conversations/{id}":            a.asTenant(a.getConversation),
		"GET /v1/conversations/{id}/messages":   a.asTenant(a.listMessages),
		"DELETE /v1/conversations/{id}":         a.asTenant(a.deleteConversation),
		"GET /v1/tenants":                       a.asOperator(a.listTenants),
		"GET /v1/tenants/{tenant}":              a.asOperator(a.getTenant),
		"PUT /v1/tenants/{tenant}":              a.asOperator(a.putTenant),
		"PATCH /v1/tenants/{tenant}":            a.asOperator(a.patchTenant),
		"DELETE /v1/tenants/{tenant}":           a.asOperator(a.deleteTenant),
		"POST /v1/tenants/{tenant}/keys":        a.asOperator(a.createKey),
		"GET /v1/tenants/{tenant}/keys":         a.asOperator(a.listKeys),
		"DELETE /v1/tenants/{tenant}/keys/{id}": a.asOperator(a.revokeKey),
		"GET /v1/cache":                         a.asOperator(a.getCache),
		"DELETE /v1/cache":                      a.asOperator(a.clearCache),
		"DELETE /v1/cache/{tenant}":             a.asOperator(a.refreshTenant),
		"GET /v1/plugins":                       a.asOperator(a.listPlugins),
		"GET /livez":                            a.live,
		"GET /readyz":                           a.ready,
		"GET /openapi.json":                     a.openAPI,
		"GET /docs":                             a.docs,
	}
}

// answer turns a handler's error into its document.
func (a *api) answer(h handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := h(w, r); err != nil {
			a.fail(w, r, meant(r, err))
		}
	})
}

// meant is what a handler's error means. One that says that the caller has left
// means what the host had in mind, if it was the host that ended the request.
func meant(r *http.Request, err error) error {
	cause, ok := errors.AsType[*fault.Error](context.Cause(r.Context()))
	if ok && fault.Is(err, fault.Canceled) {
		return cause
	}
	return err
}

// describeUnknown answers with our documents what the mux would answer with
// plain text: no such route, or not by this method.
func (a *api) describeUnknown(mux *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen := escapeAgain(r)
		if !isClean(seen.URL.Path) {
			a.fail(w, r, noSuchRoute(r))
			return
		}
		if _, pattern := mux.Handler(seen); pattern != "" {
			mux.ServeHTTP(w, seen)
			return
		}
		probe := &headerProbe{header: http.Header{}}
		mux.ServeHTTP(probe, seen)
		if allow := probe.header.Get("Allow"); allow != "" {
			w.Header().Set("Allow", allow)
			a.fail(w, r, problemf(http.StatusMethodNotAllowed, "method_not_allowed",
				"%s does not take %s; it takes %s", r.URL.Path, r.Method, allow))
			return
		}
		a.fail(w, r, noSuchRoute(r))
	})
}

func noSuchRoute(r *http.Request) error {
	return problemf(http.StatusNotFound, "no_such_route", "there is no route %s; GET /openapi.json lists them", r.URL.Path)
}

// headerProbe takes an answer's headers and nothing else.
type headerProbe struct{ header http.Header }

func (p *headerProbe) Header() http.Header            { return p.header }
func (p *headerProbe) Write(body []byte) (int, error) { return len(body), nil }
func (p *headerProbe) WriteHeader(int)                {}
