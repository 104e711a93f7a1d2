package postgres_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/bothost/bothost/plugins/store-postgres/postgres"
	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/store"
)

// late has a call arrive at the server after its caller has left, and after what
// was done in between.
func late(t *testing.T, call func(context.Context, *postgres.Store) error, between func(*postgres.Store)) *postgres.Store {
	t.Helper()
	d := server.Database(t)
	p := proxyTo(t, d.Port)
	config := p.before(separated(d))
	slow, s := open(t, config), open(t, separated(d))
	beat(t, s)
	turn(t, slow, scope, "the connection gets to know the statements")
	p.hold()
	leaving, leave := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer leave()
	if err := call(leaving, slow); !fault.Is(err, fault.Timeout) {
		t.Fatalf("the call that is held up: %v", err)
	}
	between(s)
	before := p.answers.Load()
	p.release()
	until(t, "the late call was answered", func() bool { return p.answers.Load() > before })
	return s
}

// A begin that arrives after it was given up does not hold the conversation.
func TestLateBegin(t *testing.T) {
	t.Parallel()
	for name, where := range map[string]store.Scope{
		"of a conversation that is there": scope,
		"of a new conversation":           {Tenant: "acme", Conversation: "new"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			request := beginning(where, "hello")
			s := late(t, func(ctx context.Context, s *postgres.Store) error {
				_, err := s.BeginTurn(ctx, request)
				return err
			}, func(s *postgres.Store) {
				err := s.FailTurn(t.Context(), store.FailTurn{Scope: where, Token: request.Token, Status: store.Failed})
				if !fault.HasReason(err, fault.TurnSuperseded) {
					t.Errorf("fail what has not begun: %v", err)
				}
				if _, err := s.GetConversation(t.Context(), where); (err == nil) != (where == scope) {
					t.Errorf("get the conversation after a failure: %v", err)
				}
			})
			if _, err := s.BeginTurn(t.Context(), request); !fault.HasReason(err, fault.TurnSuperseded) {
				t.Errorf("begin again what was given up: %v", err)
			}
			if _, err := s.GetConversation(t.Context(), where); (err == nil) != (where == scope) {
				t.Errorf("get the conversation: %v", err)
			}
			turn(t, s, where, "the next")
		})
	}
}

// A commit that arrives after its turn was failed changes nothing.
func TestLateCommit(t *testing.T) {
	t.Parallel()
	request := beginning(scope, "hello")
	s := late(t, func(ctx context.Context, s *postgres.Store) error {
		_, err := s.CommitTurn(ctx, committing(request, "too late"))
		return err
	}, func(s *postgres.Store) {
		if _, err := s.BeginTurn(t.Context(), request); err != nil {
			t.Fatal(err)
		}
		if err := s.FailTurn(t.Context(), store.FailTurn{Scope: scope, Token: request.Token, Status: store.Failed}); err != nil {
			t.Fatal(err)
		}
	})
	page, err := s.ListMessages(t.Context(), store.ListMessages{Scope: scope, Limit: 10})
	if err != nil || len(page.Items) != 3 || page.Items[2].Status != store.Failed {
		t.Errorf("the transcript is %+v, %v", page.Items, err)
	}
}

// A begin and the failure of its token arrive at the same moment: whichever comes
// first, nothing is left that holds the conversation.
func TestBeginAndFailAtOnce(t *testing.T) {
	t.Parallel()
	stores := twoStores(t)
	for i := range 30 {
		where := store.Scope{Tenant: "acme", Conversation: string(rune('a' + i))}
		request := beginning(where, "hello")
		var calls sync.WaitGroup
		calls.Go(func() {
			if _, err := stores[0].BeginTurn(t.Context(), request); err != nil && !fault.HasReason(err, fault.TurnSuperseded) {
				t.Errorf("begin: %v", err)
			}
		})
		calls.Go(func() {
			err := stores[1].FailTurn(t.Context(), store.FailTurn{Scope: where, Token: request.Token, Status: store.Failed})
			if err != nil && !fault.HasReason(err, fault.TurnSuperseded) {
				t.Errorf("fail: %v", err)
			}
		})
		calls.Wait()
		turn(t, stores[0], where, "the next")
	}
}
