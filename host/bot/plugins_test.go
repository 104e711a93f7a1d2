package bot_test

import (
	"context"
	"encoding/json"
	"io"
	"sync"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/bothost/bothost/host/bot"
	"github.com/bothost/bothost/host/internal/inprocess"
	"github.com/bothost/bothost/sdk"
	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/llm"
	"github.com/bothost/bothost/sdk/memory"
	"github.com/bothost/bothost/sdk/message"
	"github.com/bothost/bothost/sdk/store"
)

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
	verbatim bool
	recall   func(memory.Request) (memory.Response, error)
}

func (f *fakeMemory) Window() memory.Window {
	return memory.Window{MaxMessages: 10, Verbatim: f.verbatim}
}

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
	// later are the turns that are to be ended later.
	later []store.FailTurn
	bot.Parts
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
		Tenant: "acme", Holder: "host-1", Logger: hclog.NewNullLogger(),
		Models: []bot.Model{
			bot.Opened(inprocess.Serve(t)(sdk.NewLLM("llm-fake", "1", inprocess.Open(p.llm))), json.RawMessage(`{"model":"fake"}`)),
		},
		Memory: inprocess.Serve(t)(sdk.NewMemory("memory-fake", "1", inprocess.Open(p.memory))),
		Store:  inprocess.Serve(t)(sdk.NewStore("store-fake", "1", inprocess.Open(p.store))),
		Limits: bot.Limits{IdleTimeout: 30 * time.Second, TurnTimeout: time.Hour},

		EndLater: func(turn store.FailTurn) { p.later = append(p.later, turn) },
	}
	return p
}

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
	// Pieces may come together.
	if last := len(o.events) - 1; last > 0 {
		o.events[last] += text
	} else {
		o.events = append(o.events, text)
	}
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
