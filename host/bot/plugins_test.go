package bot_test

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/test/bufconn"

	"github.com/bothost/bothost/host/bot"
	"github.com/bothost/bothost/sdk"
	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/llm"
	"github.com/bothost/bothost/sdk/memory"
	"github.com/bothost/bothost/sdk/message"
	pluginv1 "github.com/bothost/bothost/sdk/plugin/v1"
	"github.com/bothost/bothost/sdk/store"
)

// The plugins of these tests are served by the SDK over a connection in memory:
// a turn makes the calls that it makes in a host.

type noConfig struct{}

type options struct {
	Model string `json:"model,omitempty"`
}

// fakeLLM says what the test tells it to.
type fakeLLM struct {
	chat func(ctx context.Context, request llm.Request[options], emit func(string) error) (llm.Result, error)

	mu       sync.Mutex
	requests []llm.Request[options]
}

func (f *fakeLLM) Chat(ctx context.Context, request llm.Request[options], emit func(string) error) (llm.Result, error) {
	f.mu.Lock()
	f.requests = append(f.requests, request)
	f.mu.Unlock()
	return f.chat(ctx, request, emit)
}

// saying makes a model that speaks in these pieces.
func saying(pieces ...string) func(context.Context, llm.Request[options], func(string) error) (llm.Result, error) {
	return func(_ context.Context, _ llm.Request[options], emit func(string) error) (llm.Result, error) {
		for _, piece := range pieces {
			if err := emit(piece); err != nil {
				return llm.Result{}, err
			}
		}
		return finished, nil
	}
}

var finished = llm.Result{
	Model: "fake:1b", FinishReason: "stop", Usage: llm.Usage{PromptTokens: 5, CompletionTokens: 2},
}

// fakeMemory recalls what the test tells it to.
type fakeMemory struct {
	recall func(memory.Request) (memory.Response, error)
}

func (*fakeMemory) Window() memory.Window { return memory.Window{MaxMessages: 10} }

func (f *fakeMemory) Recall(_ context.Context, request memory.Request) (memory.Response, error) {
	return f.recall(request)
}

// everything shows the model the whole window.
func everything(request memory.Request) (memory.Response, error) {
	return memory.Response{Next: memory.Prompt{Messages: request.History}}, nil
}

// fakeStore answers as the test tells it to, and remembers what it was asked. n
// counts the calls of one kind from 1.
type fakeStore struct {
	store.Conversations
	begin  func(n int, request store.BeginTurn) (store.BeginOutcome, error)
	commit func(n int, request store.CommitTurn) error
	fail   func(n int, request store.FailTurn) error

	mu      sync.Mutex
	begins  []store.BeginTurn
	commits []store.CommitTurn
	fails   []store.FailTurn
}

func (f *fakeStore) BeginTurn(_ context.Context, request store.BeginTurn) (store.BeginOutcome, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.begins = append(f.begins, request)
	return f.begin(len(f.begins), request)
}

func (f *fakeStore) CommitTurn(_ context.Context, request store.CommitTurn) (store.Committed, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.commits = append(f.commits, request)
	return store.Committed{At: time.Now()}, f.commit(len(f.commits), request)
}

func (f *fakeStore) FailTurn(_ context.Context, request store.FailTurn) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.fails = append(f.fails, request)
	return f.fail(len(f.fails), request)
}

// parts are a bot with its three plugins; a test changes what it is about
// before it calls bot.
type parts struct {
	llm    *fakeLLM
	memory *fakeMemory
	store  *fakeStore
	bot.Parts

	// pinned counts the generations that are in use.
	pinned atomic.Int64
}

func newParts(t *testing.T) *parts {
	t.Helper()
	p := &parts{
		llm:    &fakeLLM{chat: saying("Hello", " Ann")},
		memory: &fakeMemory{recall: everything},
		store: &fakeStore{
			begin:  func(int, store.BeginTurn) (store.BeginOutcome, error) { return store.Begun{Turn: 1}, nil },
			commit: func(int, store.CommitTurn) error { return nil },
			fail:   func(int, store.FailTurn) error { return nil },
		},
	}
	p.Parts = bot.Parts{
		Tenant: "acme", Holder: "host-1", Options: json.RawMessage(`{"model":"fake"}`), Logger: hclog.NewNullLogger(),
		LLM:    p.serve(t, plugin(t)(sdk.NewLLM("llm-fake", "1", open(p.llm)))),
		Memory: p.serve(t, plugin(t)(sdk.NewMemory("memory-fake", "1", open(p.memory)))),
		Store:  p.serve(t, plugin(t)(sdk.NewStore("store-fake", "1", open(p.store)))),
		Limits: bot.Limits{Wait: time.Minute, IdleTimeout: 30 * time.Second, TurnTimeout: time.Hour},
	}
	t.Cleanup(func() {
		if pinned := p.pinned.Load(); pinned != 0 {
			t.Errorf("%d generations of plugins are still in use", pinned)
		}
	})
	return p
}

func open[P any](fake P) sdk.OpenFunc[noConfig, P] {
	return func(context.Context, noConfig, sdk.Settings) (P, error) { return fake, nil }
}

func plugin(t *testing.T) func(*sdk.Plugin, error) *sdk.Plugin {
	return func(p *sdk.Plugin, err error) *sdk.Plugin {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return p.WithLog(io.Discard)
	}
}

// serve runs a plugin until the test ends, with one open instance.
func (p *parts) serve(t *testing.T, served *sdk.Plugin) bot.Plugin {
	t.Helper()
	listener := bufconn.Listen(1 << 16)
	server := grpc.NewServer(served.ServerOptions()...)
	served.Register(server)
	var running sync.WaitGroup
	running.Go(func() { _ = server.Serve(listener) })
	conn, err := grpc.NewClient("passthrough:///plugin",
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return listener.DialContext(ctx) }),
		grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = conn.Close()
		server.Stop()
		running.Wait()
	})
	opened, err := pluginv1.NewPluginServiceClient(conn).Open(t.Context(), &pluginv1.OpenRequest{Instance: "i1", Config: []byte(`{}`)})
	if err != nil {
		t.Fatalf("open %s: %v", served.Name(), err)
	}
	window := memory.Window{MaxMessages: int(opened.GetWindow().GetMaxMessages()), MaxBytes: int64(opened.GetWindow().GetMaxBytes())}
	return bot.Plugin{Name: served.Name(), Acquire: func(context.Context) (bot.Session, error) {
		p.pinned.Add(1)
		return session{conn: conn, window: window, release: func() { p.pinned.Add(-1) }}, nil
	}}
}

type session struct {
	conn    *grpc.ClientConn
	window  memory.Window
	release func()
}

func (s session) Conn() grpc.ClientConnInterface { return s.conn }
func (s session) Instance() string               { return "i1" }
func (s session) Window() memory.Window          { return s.window }
func (s session) Release()                       { s.release() }

// transcript writes down what is observed of a turn.
type transcript struct {
	events []string
	// delta, if set, is asked what Delta returns.
	delta func(text string) error
}

func (o *transcript) Started(conversation string, turn uint64) error {
	o.events = append(o.events, "start "+conversation)
	return nil
}

func (o *transcript) Delta(text string) error {
	o.events = append(o.events, text)
	if o.delta != nil {
		return o.delta(text)
	}
	return nil
}

// turn runs one turn of the bot in conversation c1.
func (p *parts) turn(ctx context.Context, text string, observer bot.Observer) (bot.Reply, error) {
	return bot.New(p.Parts).Turn(ctx, bot.Context{ConversationID: "c1"}, text, observer)
}

func says(role message.Role, text string) message.Message { return message.New(role, text) }

var errUnavailable = fault.New(fault.Unavailable, "out to lunch")

func logTo(w io.Writer) hclog.Logger {
	return hclog.New(&hclog.LoggerOptions{Output: w, Level: hclog.Trace})
}
