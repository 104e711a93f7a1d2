package registry_test

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/go-hclog"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/bothost/bothost/host/bot"
	"github.com/bothost/bothost/host/internal/faketenants"
	"github.com/bothost/bothost/host/registry"
	"github.com/bothost/bothost/sdk/memory"
	pluginv1 "github.com/bothost/bothost/sdk/plugin/v1"
	"github.com/bothost/bothost/sdk/store"
)

// harness is a registry whose bots do nothing, and that counts them.
type harness struct {
	*registry.Registry
	settings registry.Settings
	store    *faketenants.Store
	files    map[string]registry.Tenant
	// building, if set, is called by each build.
	building func(ctx context.Context, tenant registry.Tenant) error
	// breakWatch ends the stream of changes; while watchDown is set, it cannot be
	// taken up again.
	breakWatch context.CancelFunc

	// busy: turns of another process hold all conversations.
	busy bool

	mu        sync.Mutex
	watchDown bool
	// muted, while it is not nil, holds back what the stream of changes tells
	// until it is closed.
	muted     chan struct{}
	storeDown error
	built     map[string]int
	released  map[string]int
	configs   []string
	// purged are the tenants whose conversations were deleted, unless purgeFails.
	purged     []string
	purgeFails error
}

var errDown = errors.New("down")

// newHarness prepares a registry, which start makes: a test changes what it is
// about in between. Both belong into one synctest bubble.
func newHarness() *harness {
	h := &harness{store: faketenants.New(), built: map[string]int{}, released: map[string]int{}}
	h.settings = registry.Settings{
		Files:    func() map[string]registry.Tenant { return h.files },
		UseStore: h.useStore, Watch: h.watch, Build: h.build,
		Check:    func(string, json.RawMessage) error { return nil },
		Gates:    bot.NewGates(time.Minute, 10),
		CacheTTL: 5 * time.Minute, MaxCacheSize: 100, Logger: hclog.NewNullLogger(),
	}
	return h
}

func (h *harness) start(t *testing.T) *harness {
	t.Helper()
	h.Registry = registry.New(h.settings)
	t.Cleanup(h.Close)
	synctest.Wait()
	return h
}

func (h *harness) useStore(ctx context.Context, use func(context.Context, store.Tenants) error) error {
	h.mu.Lock()
	err := h.storeDown
	h.mu.Unlock()
	if err != nil {
		return err
	}
	return use(ctx, h.store)
}

func (h *harness) watch(ctx context.Context, after *uint64, emit func(store.WatchEvent) error) error {
	h.mu.Lock()
	ctx, h.breakWatch = context.WithCancel(ctx)
	down := h.watchDown
	h.mu.Unlock()
	if down {
		return errDown
	}
	return h.store.WatchTenants(ctx, after, func(event store.WatchEvent) error {
		h.mu.Lock()
		muted := h.muted
		h.mu.Unlock()
		if muted != nil {
			select {
			case <-muted:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		return emit(event)
	})
}

// mute makes the stream of changes, and each that takes its place, tell nothing
// and not end, until the returned function is called.
func (h *harness) mute() (restore func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.muted = make(chan struct{})
	return func() {
		h.mu.Lock()
		close(h.muted)
		h.muted = nil
		h.mu.Unlock()
		time.Sleep(10 * time.Second)
		synctest.Wait()
	}
}

// loseWatch breaks the stream of changes until the returned function is called.
func (h *harness) loseWatch() (restore func()) {
	h.mu.Lock()
	h.watchDown = true
	h.breakWatch()
	h.mu.Unlock()
	synctest.Wait()
	return func() {
		h.mu.Lock()
		h.watchDown = false
		h.mu.Unlock()
		time.Sleep(10 * time.Second)
		synctest.Wait()
	}
}

func (h *harness) build(ctx context.Context, tenant registry.Tenant) (*bot.Bot, func(), error) {
	h.mu.Lock()
	h.built[tenant.Name]++
	h.configs = append(h.configs, string(tenant.Config))
	h.mu.Unlock()
	if h.building != nil {
		if err := h.building(ctx, tenant); err != nil {
			return nil, nil, err
		}
	}
	plugin := bot.Plugin{Name: "none", Acquire: func(context.Context) (bot.Session, error) { return session{h}, nil }}
	made := bot.New(bot.Parts{
		Tenant: tenant.Name, Logger: hclog.NewNullLogger(), Models: []bot.Model{bot.Opened(plugin, nil)}, Memory: plugin, Store: plugin,
	})
	return made, func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.released[tenant.Name]++
	}, nil
}

func (h *harness) count(tenant string) (built, released int) {
	synctest.Wait()
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.built[tenant], h.released[tenant]
}

// want checks how many bots of a tenant were built and released.
func (h *harness) want(t *testing.T, tenant string, built, released int) {
	t.Helper()
	if b, r := h.count(tenant); b != built || r != released {
		t.Errorf("%d bots of %s were built and %d released, want %d and %d", b, tenant, r, built, released)
	}
}

// lastConfig is what the last bot was built from.
func (h *harness) lastConfig() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.configs[len(h.configs)-1]
}

// register registers tenants with empty overrides.
func (h *harness) register(t *testing.T, names ...string) {
	t.Helper()
	for _, name := range names {
		if _, _, err := h.Register(t.Context(), name, map[string]any{}); err != nil {
			t.Fatalf("register %q: %v", name, err)
		}
	}
	synctest.Wait()
}

// mustFind finds a tenant's bot, which is one use of it.
func (h *harness) mustFind(t *testing.T, tenant string) {
	t.Helper()
	if _, err := h.Bot(t.Context(), tenant); err != nil {
		t.Fatalf("Bot(%q) = %v", tenant, err)
	}
}

// use keeps a tenant's bot in use until done is called.
func (h *harness) use(t *testing.T, tenant string) (done func()) {
	t.Helper()
	over := make(chan struct{})
	go func() {
		err := h.UseConversations(context.Background(), tenant, func(context.Context, store.Conversations) error {
			<-over
			return nil
		})
		if err != nil {
			t.Errorf("use the bot of %s: %v", tenant, err)
		}
	}()
	synctest.Wait()
	return func() {
		close(over)
		synctest.Wait()
	}
}

// session is the use of a store of conversations that notes which tenants are
// purged, and keeps nothing.
type session struct{ harness *harness }

func (s session) Conn() grpc.ClientConnInterface { return s }
func (session) Instance() string                 { return "i1" }
func (session) Window() memory.Window            { return memory.Window{} }
func (session) Release()                         {}

func (s session) Invoke(_ context.Context, method string, request, response any, _ ...grpc.CallOption) error {
	if begun, ok := response.(*pluginv1.BeginTurnResponse); ok && s.harness.busy {
		begun.Outcome = &pluginv1.BeginTurnResponse_Busy{Busy: &pluginv1.Busy{Turn: 1}}
		return nil
	}
	purge, ok := request.(*pluginv1.PurgeTenantRequest)
	if !ok {
		return status.Error(codes.Unimplemented, method)
	}
	s.harness.mu.Lock()
	defer s.harness.mu.Unlock()
	s.harness.purged = append(s.harness.purged, purge.GetTenant())
	return s.harness.purgeFails
}

func (session) NewStream(context.Context, *grpc.StreamDesc, string, ...grpc.CallOption) (grpc.ClientStream, error) {
	return nil, status.Error(codes.Unimplemented, "no streams")
}

// slowly is a build that takes its time.
func slowly(context.Context, registry.Tenant) error {
	time.Sleep(time.Second)
	return nil
}
