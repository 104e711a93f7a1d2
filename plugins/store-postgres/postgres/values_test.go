package postgres_test

import (
	"context"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bothost/bothost/plugins/store-postgres/postgres"
	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/llm"
	"github.com/bothost/bothost/sdk/memory"
	"github.com/bothost/bothost/sdk/message"
	"github.com/bothost/bothost/sdk/store"
)

// contents are one for each text of a message.
var contents = map[string]func(ctx context.Context, s *postgres.Store, text string) error{
	"text":          say(func(text string) message.Part { return message.Text(text) }),
	"tool call":     say(func(text string) message.Part { return message.ToolCall{ID: text} }),
	"tool":          say(func(text string) message.Part { return message.ToolCall{Name: text} }),
	"tool result":   say(func(text string) message.Part { return message.ToolResult{Text: text} }),
	"result's call": say(func(text string) message.Part { return message.ToolResult{CallID: text} }),
	"media type":    say(func(text string) message.Part { return message.Blob{MediaType: text} }),
	"reply":         commit(func(c *store.CommitTurn, text string) { c.Messages[0] = message.New(message.Assistant, text) }),
}

// calls are one for each other text that a caller can hand to a store.
var calls = map[string]func(ctx context.Context, s *postgres.Store, text string) error{
	"tenant":          begin(func(b *store.BeginTurn, text string) { b.Tenant += text }),
	"conversation":    begin(func(b *store.BeginTurn, text string) { b.Conversation += text }),
	"holder":          begin(func(b *store.BeginTurn, text string) { b.Holder += text }),
	"idempotency key": begin(func(b *store.BeginTurn, text string) { b.IdempotencyKey = text }),
	"user id":         begin(func(b *store.BeginTurn, text string) { b.UserID = text }),
	"metadata":        begin(func(b *store.BeginTurn, text string) { b.Metadata = []byte(text) }),
	"model":           commit(func(c *store.CommitTurn, text string) { c.Result.Model = text }),
	"finish reason":   commit(func(c *store.CommitTurn, text string) { c.Result.FinishReason = text }),
	"memory's plugin": commit(func(c *store.CommitTurn, text string) { c.State = &memory.State{Plugin: text} }),
	"memory's format": commit(func(c *store.CommitTurn, text string) { c.State = &memory.State{Format: text} }),
	"reason": func(ctx context.Context, s *postgres.Store, text string) error {
		return s.FailTurn(ctx, store.FailTurn{Scope: scope, Status: store.Failed, Reason: text})
	},
	"heartbeat": func(ctx context.Context, s *postgres.Store, text string) error {
		return s.Heartbeat(ctx, text, time.Second)
	},
	"retire": func(ctx context.Context, s *postgres.Store, text string) error { return s.Retire(ctx, text) },
	"get": func(ctx context.Context, s *postgres.Store, text string) error {
		_, err := s.GetConversation(ctx, store.Scope{Tenant: "acme", Conversation: text})
		return err
	},
	"user of a list": func(ctx context.Context, s *postgres.Store, text string) error {
		_, err := s.ListConversations(ctx, store.ListConversations{Tenant: "acme", UserID: text, Limit: 1})
		return err
	},
	"purge": func(ctx context.Context, s *postgres.Store, text string) error { return s.PurgeTenant(ctx, text) },
	"tenant's configuration": func(ctx context.Context, s *postgres.Store, text string) error {
		_, _, err := s.PutTenant(ctx, store.PutTenant{Name: "acme", Config: []byte(text)})
		return err
	},
	"tenant's name": func(ctx context.Context, s *postgres.Store, text string) error {
		_, _, err := s.PutTenant(ctx, store.PutTenant{Name: text, Config: []byte(`{}`)})
		return err
	},
	"key's id": func(ctx context.Context, s *postgres.Store, text string) error {
		_, err := s.CreateKey(ctx, store.APIKey{ID: text, Tenant: "acme"})
		return err
	},
	"key's uid": func(ctx context.Context, s *postgres.Store, text string) error {
		_, err := s.CreateKey(ctx, store.APIKey{ID: "k", Tenant: "acme", TenantUID: text})
		return err
	},
	"key to revoke": func(ctx context.Context, s *postgres.Store, text string) error { return s.RevokeKey(ctx, "acme", text) },
}

func begin(change func(b *store.BeginTurn, text string)) func(context.Context, *postgres.Store, string) error {
	return func(ctx context.Context, s *postgres.Store, text string) error {
		request := beginning(scope, "hello")
		change(&request, text)
		_, err := s.BeginTurn(ctx, request)
		return err
	}
}

func say(part func(text string) message.Part) func(context.Context, *postgres.Store, string) error {
	return begin(func(b *store.BeginTurn, text string) {
		b.UserMessage = message.Message{Role: message.User, Parts: []message.Part{part(text)}}
	})
}

func commit(change func(c *store.CommitTurn, text string)) func(context.Context, *postgres.Store, string) error {
	return func(ctx context.Context, s *postgres.Store, text string) error {
		request := committing(beginning(scope, "hello"), "hello")
		change(&request, text)
		_, err := s.CommitTurn(ctx, request)
		return err
	}
}

// Nothing is sent to the server that it would refuse, or that would not come
// back as it was.
func TestTextsThatCannotBeKept(t *testing.T) {
	t.Parallel()
	s := openNew(t)
	for what, call := range calls {
		for name, text := range map[string]string{"U+0000": "a\x00b", "no UTF-8": "a\xffb"} {
			if err := call(t.Context(), s, text); !fault.Is(err, fault.Invalid) {
				t.Errorf("%s with %s: got %v, want a fault.Invalid", what, name, err)
			}
		}
	}
	for what, call := range contents {
		if err := call(t.Context(), s, "a\xffb"); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s with no UTF-8: got %v, want a fault.Invalid", what, err)
		}
	}
}

// What part of an index can be is bounded, and every index holds its bound.
func TestLongIDs(t *testing.T) {
	t.Parallel()
	s := openNew(t)
	beat(t, s)
	request := beginning(store.Scope{Tenant: text(256), Conversation: text(256)}, "hello")
	request.IdempotencyKey, request.UserID, request.Holder = text(1024), text(1024), text(1024)
	if err := s.Heartbeat(t.Context(), request.Holder, time.Minute); err != nil {
		t.Fatalf("heartbeat: %v", err)
	}
	if outcome, err := s.BeginTurn(t.Context(), request); err != nil {
		t.Errorf("begin turn: %#v, %v", outcome, err)
	}
	for what, change := range map[string]func(*store.BeginTurn){
		"tenant":          func(b *store.BeginTurn) { b.Tenant = text(257) },
		"conversation":    func(b *store.BeginTurn) { b.Conversation = text(257) },
		"idempotency key": func(b *store.BeginTurn) { b.IdempotencyKey = text(1025) },
		"user":            func(b *store.BeginTurn) { b.UserID = text(1025) },
	} {
		longer := beginning(scope, "hello")
		change(&longer)
		if _, err := s.BeginTurn(t.Context(), longer); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: got %v, want a fault.Invalid", what, err)
		}
	}
}

// text gives bytes that do not compress.
func text(length int) string {
	var b strings.Builder
	for b.Len() < length {
		minted := token()
		for _, value := range minted {
			b.WriteByte('!' + value%90)
		}
	}
	return b.String()[:length]
}

func TestNumbersUseAllTheirBits(t *testing.T) {
	t.Parallel()
	s := openNew(t)
	beat(t, s)
	request := beginning(scope, "hello")
	request.IdempotencyKey = "key"
	if _, err := s.BeginTurn(t.Context(), request); err != nil {
		t.Fatal(err)
	}
	state := &memory.State{Plugin: "memory-x", ThroughTurn: math.MaxUint64, Version: math.MaxUint64 - 1, Data: []byte{0, 255}}
	commit := committing(request, "hello")
	commit.State = state
	commit.Result = llm.Result{Model: "m", Usage: llm.Usage{PromptTokens: math.MaxInt64, CompletionTokens: math.MaxInt64}}
	if _, err := s.CommitTurn(t.Context(), commit); err != nil {
		t.Fatal(err)
	}
	request.Token = token()
	replayed, err := s.BeginTurn(t.Context(), request)
	want := store.Replayed{Turn: 1, Messages: commit.Messages, Result: commit.Result}
	if diff := cmp.Diff(store.BeginOutcome(want), replayed); diff != "" || err != nil {
		t.Errorf("replayed: %v (-want +got):\n%s", err, diff)
	}
	begun := turn(t, s, scope, "again")
	if diff := cmp.Diff(state, begun.State); diff != "" {
		t.Errorf("state (-want +got):\n%s", diff)
	}
	revision := uint64(math.MaxUint64)
	_, _, err = s.PutTenant(t.Context(), store.PutTenant{Name: "acme", Config: []byte(`{}`), IfRevision: &revision})
	if !fault.HasReason(err, fault.RevisionMismatch) {
		t.Errorf("put with the last revision there can be: %v", err)
	}
}

// A page of a transcript fits into an answer, however long its messages are.
func TestPagesAreBoundedInBytes(t *testing.T) {
	t.Parallel()
	s := openNew(t)
	beat(t, s)
	const megabyte = 1 << 20
	sizes := []int{megabyte, megabyte, 9 * megabyte, 4 * megabyte, 4 * megabyte}
	for _, size := range sizes {
		turn(t, s, scope, strings.Repeat("x", size/2))
	}
	pages, messages := 0, 0
	for after := ""; ; pages++ {
		page, err := s.ListMessages(t.Context(), store.ListMessages{Scope: scope, Limit: 200, After: after})
		if err != nil {
			t.Fatalf("list messages: %v", err)
		}
		total := 0
		for _, m := range page.Items {
			total += m.Message.Size()
		}
		if len(page.Items) == 0 || total > 8*megabyte && len(page.Items) > 1 {
			t.Errorf("page %d has %d messages of %d bytes", pages, len(page.Items), total)
		}
		messages += len(page.Items)
		if after = page.Next; after == "" {
			break
		}
	}
	if messages != 2*len(sizes) || pages < 2 {
		t.Errorf("%d pages of %d messages, want %d messages", pages+1, messages, 2*len(sizes))
	}
}

func TestPagesOfTenantsAreBoundedInBytes(t *testing.T) {
	t.Parallel()
	s := openNew(t)
	config := []byte(`{"prompts":{"system":"` + strings.Repeat("x", 3<<20) + `"}}`)
	for name := range 5 {
		if _, _, err := s.PutTenant(t.Context(), store.PutTenant{Name: fmt.Sprint(name), Config: config}); err != nil {
			t.Fatal(err)
		}
	}
	var sizes []int
	for after := ""; ; {
		page, err := s.ListTenants(t.Context(), 200, after)
		if err != nil {
			t.Fatalf("list tenants: %v", err)
		}
		sizes = append(sizes, len(page.Items))
		if after = page.Next; after == "" {
			break
		}
	}
	if diff := cmp.Diff([]int{2, 2, 1}, sizes); diff != "" {
		t.Errorf("tenants of 3 MiB in the pages (-want +got):\n%s", diff)
	}
}

// What is beyond a page is not sent by the server either, but for one item that
// shows that there is more.
func TestPagesAreCutByTheServer(t *testing.T) {
	t.Parallel()
	d := server.Database(t)
	p := proxyTo(t, d.Port)
	s := open(t, p.before(separated(d)))
	beat(t, s)
	const megabyte = 1 << 20
	large := []byte(`{"large":"` + strings.Repeat("x", megabyte) + `"}`)
	for i := range 12 {
		if _, _, err := s.PutTenant(t.Context(), store.PutTenant{Name: fmt.Sprint(i), Config: large}); err != nil {
			t.Fatal(err)
		}
		request := beginning(store.Scope{Tenant: "acme", Conversation: fmt.Sprint(i)}, "hello")
		request.Metadata = large
		if _, err := s.BeginTurn(t.Context(), request); err != nil {
			t.Fatal(err)
		}
	}
	for name, list := range map[string]func() (items int, next string, err error){
		"tenants": func() (int, string, error) {
			page, err := s.ListTenants(t.Context(), 200, "")
			return len(page.Items), page.Next, err
		},
		"conversations": func() (int, string, error) {
			page, err := s.ListConversations(t.Context(), store.ListConversations{Tenant: "acme", Limit: 200})
			return len(page.Items), page.Next, err
		},
	} {
		before := p.answered.Load()
		items, next, err := list()
		if err != nil || items != 7 || next == "" {
			t.Errorf("%s: a page of %d that goes on at %q, %v; want 7 items of a megabyte", name, items, next, err)
		}
		if sent := p.answered.Load() - before; sent > 10*megabyte {
			t.Errorf("%s: the server sent %d bytes", name, sent)
		}
	}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	s := openNew(t)
	for _, limit := range []int{-1, 0, 201} {
		_, err := s.ListMessages(t.Context(), store.ListMessages{Scope: scope, Limit: limit})
		_, err2 := s.ListConversations(t.Context(), store.ListConversations{Tenant: "acme", Limit: limit})
		_, err3 := s.ListTenants(t.Context(), limit, "")
		for _, err := range []error{err, err2, err3} {
			if !fault.Is(err, fault.Invalid) {
				t.Errorf("a page of %d: got %v, want a fault.Invalid", limit, err)
			}
		}
	}
}

// A caller that gives up is told that it did, and not that the server is away.
func TestCallersThatGiveUp(t *testing.T) {
	t.Parallel()
	s := openNew(t)
	gone, leave := context.WithCancel(t.Context())
	leave()
	late, stop := context.WithDeadline(t.Context(), time.Now().Add(-time.Second))
	defer stop()
	for ctx, code := range map[context.Context]fault.Code{gone: fault.Canceled, late: fault.Timeout} {
		if _, err := s.GetConversation(ctx, scope); !fault.Is(err, code) {
			t.Errorf("got %v, want a fault that is %s", err, code)
		}
	}
}
