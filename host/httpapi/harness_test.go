package httpapi_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/bothost/bothost/host/allow"
	"github.com/bothost/bothost/host/bot"
	"github.com/bothost/bothost/host/httpapi"
	"github.com/bothost/bothost/host/internal/faketenants"
	"github.com/bothost/bothost/host/internal/inprocess"
	"github.com/bothost/bothost/host/registry"
	"github.com/bothost/bothost/sdk"
	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/memory"
	"github.com/bothost/bothost/sdk/store"
)

const adminKey = "the-admin-key"

// harness is the API over a registry whose bots have plugins of this process.
type harness struct {
	auth    httpapi.Auth
	files   map[string]registry.Tenant
	tenants *faketenants.Store
	llm     *model
	// allow and adjust are those of all bots.
	allow  allow.Rules
	adjust func(json.RawMessage, map[string]any) (json.RawMessage, error)
	store  *conversations
	ready  error
	// tenantsFail, if set, is what all calls to the store of registrations fail
	// with.
	tenantsFail error
	plugins     []httpapi.Plugin
	handler     http.Handler
	registry    *registry.Registry
	contract    *contract
}

// newHarness serves the tenants a and b without authentication, unless auth says
// otherwise.
func newHarness(t *testing.T, auth httpapi.Auth) *harness {
	t.Helper()
	auth.Hosts = []string{"127.0.0.1", "localhost", "::1"}
	h := &harness{
		auth: auth, files: map[string]registry.Tenant{}, tenants: faketenants.New(),
		llm: &model{}, store: newConversations(), contract: newContract(t),
	}
	parts := bot.Parts{
		Logger: hclog.NewNullLogger(),
		Models: []bot.Model{bot.Opened(inprocess.Serve(t)(sdk.NewLLM("llm-fake", "1", inprocess.Open(h.llm))), nil)},
		Memory: inprocess.Serve(t)(sdk.NewMemory("memory-fake", "1", inprocess.Open(everything{}))),
		Store:  inprocess.Serve(t)(sdk.NewStore("store-fake", "1", inprocess.Open(h.store))),
		Limits: bot.Limits{IdleTimeout: time.Minute, TurnTimeout: time.Minute},
	}
	for _, name := range []string{"a", "b"} {
		if _, _, err := h.tenants.PutTenant(t.Context(), store.PutTenant{Name: name, Config: []byte(`{}`)}); err != nil {
			t.Fatal(err)
		}
	}
	following := make(chan struct{})
	followed := sync.OnceFunc(func() { close(following) })
	h.registry = registry.New(registry.Settings{
		Files: func() map[string]registry.Tenant { return h.files },
		UseStore: func(ctx context.Context, use func(context.Context, store.Tenants) error) error {
			if h.tenantsFail != nil {
				return h.tenantsFail
			}
			return use(ctx, h.tenants)
		},
		Watch: func(ctx context.Context, after *uint64, emit func(store.WatchEvent) error) error {
			return h.tenants.WatchTenants(ctx, after, func(event store.WatchEvent) error {
				defer followed()
				return emit(event)
			})
		},
		Check: checkOverrides,
		Build: func(_ context.Context, tenant registry.Tenant) (*bot.Bot, func(), error) {
			own := parts
			own.Tenant, own.SystemPrompt, own.Allow = tenant.Name, "Be brief.", h.allow
			own.Models = []bot.Model{parts.Models[0]}
			own.Models[0].Adjust = h.adjust
			return bot.New(own), func() {}, nil
		},
		Gates: bot.NewGates(time.Minute, 10), CacheTTL: time.Hour, MaxCacheSize: 10, Logger: hclog.NewNullLogger(),
	})
	t.Cleanup(h.registry.Close)
	// From here on keys and bots are cached as they are in a host that runs.
	<-following
	h.handler = httpapi.New(httpapi.Settings{
		Registry: h.registry, Auth: h.auth, Version: "1.2.3", Logger: hclog.NewNullLogger(),
		Effective: func(t registry.Tenant) (map[string]any, error) { return map[string]any{"of": t.Name}, nil },
		Plugins:   func() []httpapi.Plugin { return h.plugins },
		Ready:     func(context.Context) error { return h.ready },
	})
	return h
}

// checkOverrides refuses the keys wrong.one and wrong.two.
func checkOverrides(_ string, config json.RawMessage) error {
	if !strings.Contains(string(config), "wrong") {
		return nil
	}
	e := fault.New(fault.Invalid, "two keys are wrong")
	e.Fields = []fault.Field{{Key: "wrong.one", Message: "is no key"}, {Key: "wrong.two", Message: "must be a number"}}
	return e
}

// mustCreateKey makes a key for a tenant.
func (h *harness) mustCreateKey(t *testing.T, tenant string) string {
	t.Helper()
	key, err := h.registry.CreateKey(t.Context(), tenant)
	if err != nil {
		t.Fatal(err)
	}
	return key.Secret
}

// call is a request; what is left out is as a client of tenant a on this machine
// would send it. A header that is "" is not sent.
type call struct {
	method, target, body string
	host                 string
	header               map[string]string
}

func get(target string) call { return call{method: http.MethodGet, target: target} }

func post(target, body string) call { return call{method: http.MethodPost, target: target, body: body} }

func (c call) with(name, value string) call {
	header := map[string]string{name: value}
	for other, value := range c.header {
		if _, ok := header[other]; !ok {
			header[other] = value
		}
	}
	c.header = header
	return c
}

func (c call) request() *http.Request {
	r := httptest.NewRequest(c.method, c.target, strings.NewReader(c.body))
	r.Host = "127.0.0.1:8080"
	if c.host != "" {
		r.Host = c.host
	}
	r.Header.Set("X-Tenant", "a")
	r.Header.Set("Content-Type", "application/json")
	for name, value := range c.header {
		r.Header.Set(name, value)
		if value == "" {
			r.Header.Del(name)
		}
	}
	return r
}

// do answers a call, and holds the answer against the document of the API.
func (h *harness) do(t *testing.T, c call) *httptest.ResponseRecorder {
	t.Helper()
	r, w := c.request(), httptest.NewRecorder()
	h.handler.ServeHTTP(w, r)
	h.contract.check(t, c, w)
	return w
}

// want makes a call that must be answered with this status, and returns the body.
func (h *harness) want(t *testing.T, status int, c call) map[string]any {
	t.Helper()
	w := h.do(t, c)
	if w.Code != status {
		t.Fatalf("%s %s %s = %d %s, want %d", c.method, c.target, c.body, w.Code, w.Body, status)
	}
	var body map[string]any
	if err := json.Unmarshal(w.Body.Bytes(), &body); err != nil && !errors.Is(err, io.EOF) && w.Body.Len() > 0 {
		t.Fatalf("%s %s: %v in %s", c.method, c.target, err, w.Body)
	}
	return body
}

// code is the word for programs in a problem document.
func code(t *testing.T, body map[string]any) string {
	t.Helper()
	member, ok := body["error"].(map[string]any)
	if !ok {
		t.Fatalf("%v is no problem document", body)
	}
	word, ok := member["code"].(string)
	if !ok {
		t.Fatalf("%v has no code", body)
	}
	return word
}

type everything struct{}

func (everything) Window() memory.Window { return memory.Window{MaxMessages: 10} }

func (everything) Recall(_ context.Context, request memory.Request) (memory.Response, error) {
	return memory.Response{Next: memory.Prompt{Messages: request.History}}, nil
}
