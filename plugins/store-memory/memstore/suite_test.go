package memstore_test

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/bothost/bothost/plugins/store-memory/memstore"
	"github.com/bothost/bothost/sdk/memory"
	"github.com/bothost/bothost/sdk/message"
	"github.com/bothost/bothost/sdk/plugintest"
	"github.com/bothost/bothost/sdk/store"
)

// Each of these stores breaks one promise.

// amnesiac begins every turn without its history.
type amnesiac struct{ *memstore.Store }

func (s amnesiac) BeginTurn(ctx context.Context, request store.BeginTurn) (store.BeginOutcome, error) {
	request.Window = memory.Window{}
	return s.Store.BeginTurn(ctx, request)
}

// forgetfulOfKeys asks the model again for what it has answered.
type forgetfulOfKeys struct{ *memstore.Store }

func (s forgetfulOfKeys) BeginTurn(ctx context.Context, request store.BeginTurn) (store.BeginOutcome, error) {
	request.IdempotencyKey = ""
	return s.Store.BeginTurn(ctx, request)
}

// immortal never ends a lease.
type immortal struct{ *memstore.Store }

func (immortal) Retire(context.Context, string) error { return nil }

// trusting takes any commit for one that it has seen before.
type trusting struct{ *memstore.Store }

func (s trusting) CommitTurn(ctx context.Context, request store.CommitTurn) (store.Committed, error) {
	committed, err := s.Store.CommitTurn(ctx, request)
	if err != nil {
		return store.Committed{At: time.Now()}, nil
	}
	return committed, nil
}

// escaping changes what is said.
type escaping struct{ *memstore.Store }

func (s escaping) CommitTurn(ctx context.Context, request store.CommitTurn) (store.Committed, error) {
	request.Messages = slices.Clone(request.Messages)
	for i, reply := range request.Messages {
		request.Messages[i] = message.New(reply.Role, fmt.Sprintf("%q", reply.Text()))
	}
	return s.Store.CommitTurn(ctx, request)
}

// TestSuiteFindsDefects checks the suite itself: the case that each defect is
// for fails.
func TestSuiteFindsDefects(t *testing.T) {
	t.Parallel()
	for _, defect := range []struct {
		subject store.Conversations
		found   string
	}{
		{amnesiac{memstore.New()}, "a turn is begun, committed and remembered"},
		{forgetfulOfKeys{memstore.New()}, "a complete turn is replayed to its idempotency key"},
		{forgetfulOfKeys{memstore.New()}, "random histories agree with a model of the contract"},
		{trusting{memstore.New()}, "a token that was never begun can end nothing"},
		{escaping{memstore.New()}, "messages come back byte for byte"},
		{timeless{memstore.New()}, "a turn is begun, committed and remembered"},
		{immortal{memstore.New()}, "random histories agree with a model of the contract"},
	} {
		t.Run(fmt.Sprintf("%T, %s", defect.subject, defect.found), func(t *testing.T) {
			t.Parallel()
			if !failed(t, defect.found, defect.subject) {
				t.Error("the case passes")
			}
		})
	}
}

// timeless tells no time of a commit.
type timeless struct{ *memstore.Store }

func (s timeless) CommitTurn(ctx context.Context, request store.CommitTurn) (store.Committed, error) {
	_, err := s.Store.CommitTurn(ctx, request)
	return store.Committed{}, err
}

// failed runs the case of that name.
func failed(t *testing.T, name string, subject store.Conversations) bool {
	t.Helper()
	cases := plugintest.StoreCases()
	i := slices.IndexFunc(cases, func(c plugintest.StoreCase) bool { return c.Name == name })
	if i < 0 {
		t.Fatalf("there is no case %q", name)
	}
	r := &recorder{ctx: t.Context()}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		cases[i].Run(r, subject)
	}()
	<-ended
	return r.failed
}

// recorder is a T that only remembers whether something failed.
type recorder struct {
	ctx context.Context

	mu     sync.Mutex
	failed bool
}

func (*recorder) Helper()                    {}
func (*recorder) Logf(string, ...any)        {}
func (r *recorder) Context() context.Context { return r.ctx }

func (r *recorder) Errorf(string, ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.failed = true
}

func (*recorder) Skipf(string, ...any) { runtime.Goexit() }

func (r *recorder) Fatalf(format string, args ...any) {
	r.Errorf(format, args...)
	runtime.Goexit()
}
