package plugintest

import (
	"context"
	"crypto/rand"
	"time"

	"github.com/bothost/bothost/sdk/llm"
	"github.com/bothost/bothost/sdk/memory"
	"github.com/bothost/bothost/sdk/message"
	"github.com/bothost/bothost/sdk/store"
)

// conversationID is what a case calls its conversation where it needs only one.
const conversationID = "c1"

// corner is a case's own place in a store: a tenant and a living holder that
// nobody else uses. Its methods end the case where the store fails.
type corner struct {
	T
	store  store.Conversations
	tenant string
	holder string
}

// inCorner makes a case's function of one that works in a corner, and clears
// the corner afterwards.
func inCorner(run func(c *corner)) func(T, store.Conversations) {
	return func(t T, s store.Conversations) {
		c := &corner{T: t, store: s, tenant: randomName("tenant"), holder: randomName("holder")}
		defer c.clear(c.tenant)
		c.heartbeat(c.holder, time.Minute)
		run(c)
		c.must(s.Retire(t.Context(), c.holder), "retire the holder")
	}
}

// neighbour is a corner of the same holder in another tenant; the caller clears it.
func (c *corner) neighbour() *corner {
	return &corner{T: c.T, store: c.store, tenant: randomName("tenant"), holder: c.holder}
}

func (c *corner) clear(tenant string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(c.Context()), 10*time.Second)
	defer cancel()
	if err := c.store.PurgeTenant(ctx, tenant); err != nil {
		c.Errorf("purge tenant %q: %v", tenant, err)
	}
}

func randomName(kind string) string { return "plugintest-" + kind + "-" + rand.Text() }

func randomToken() (token store.Token) {
	_, _ = rand.Read(token[:]) // never fails
	return token
}

func (c *corner) must(err error, what string) {
	c.Helper()
	if err != nil {
		c.Fatalf("%s: %v", what, err)
	}
}

func (c *corner) scope(conversation string) store.Scope {
	return store.Scope{Tenant: c.tenant, Conversation: conversation}
}

// request is a new turn of the conversation, with a token of its own.
func (c *corner) request(conversation, text string) store.BeginTurn {
	return store.BeginTurn{
		Scope:       c.scope(conversation),
		Token:       randomToken(),
		Holder:      c.holder,
		Timeout:     time.Minute,
		RequestHash: []byte(text),
		UserMessage: message.New(message.User, text),
		Window:      memory.Window{MaxMessages: 100},
	}
}

// keyed is a request with an idempotency key.
func (c *corner) keyed(conversation, text, key string) store.BeginTurn {
	request := c.request(conversation, text)
	request.IdempotencyKey = key
	return request
}

func (c *corner) heartbeat(holder string, ttl time.Duration) {
	c.Helper()
	c.must(c.store.Heartbeat(c.Context(), holder, ttl), "heartbeat")
}

func (c *corner) begin(request store.BeginTurn) store.BeginOutcome {
	c.Helper()
	outcome, err := c.store.BeginTurn(c.Context(), request)
	c.must(err, "begin turn")
	return outcome
}

// begun begins a turn that must begin.
func (c *corner) begun(request store.BeginTurn) store.Begun {
	c.Helper()
	outcome := c.begin(request)
	begun, ok := outcome.(store.Begun)
	if !ok {
		c.Fatalf("begin turn: got %s, want a turn begun", show(outcome))
	}
	return begun
}

// replyTo is the commit of a complete turn.
func replyTo(request store.BeginTurn, reply string) store.CommitTurn {
	return store.CommitTurn{
		Scope:    request.Scope,
		Token:    request.Token,
		Status:   store.Complete,
		Messages: []message.Message{message.New(message.Assistant, reply)},
		Result: llm.Result{
			Model: "model", FinishReason: "stop",
			Usage: llm.Usage{PromptTokens: 7, CompletionTokens: int64(len(reply))},
		},
	}
}

// replayOf is what a repeat of a turn is answered once it is committed.
func replayOf(turn uint64, commit store.CommitTurn) store.Replayed {
	return store.Replayed{Turn: turn, Messages: commit.Messages, Result: commit.Result}
}

func (c *corner) commit(request store.CommitTurn) store.Committed {
	c.Helper()
	committed, err := c.store.CommitTurn(c.Context(), request)
	c.must(err, "commit turn")
	return committed
}

func (c *corner) fail(request store.BeginTurn, status store.Status) {
	c.Helper()
	err := c.store.FailTurn(c.Context(), failureOf(request, status))
	c.must(err, "fail turn")
}

func failureOf(request store.BeginTurn, status store.Status) store.FailTurn {
	return store.FailTurn{Scope: request.Scope, Token: request.Token, Status: status, Reason: "tried"}
}

// turn runs one complete turn, and gives the request that began it.
func (c *corner) turn(conversation, text, reply string) store.BeginTurn {
	c.Helper()
	request := c.request(conversation, text)
	c.begun(request)
	c.commit(replyTo(request, reply))
	return request
}
