// Package store is what an author of a storage backend implements:
// Conversations, and Tenants if the registry is to live there too.
//
// The turn is the transaction. BeginTurn takes the conversation and makes the
// user's message known; CommitTurn makes the reply durable and gives the
// conversation back. A turn is fenced by its token: a store accepts a commit
// only of the token that is pending, which it is until it is committed or
// failed, until another turn takes the conversation over (its holder's lease
// has expired, or its own deadline has passed, by the store's clock), or until
// the conversation is deleted. So nothing is committed twice, and nothing comes
// back that was deleted.
//
// Every key starts with the tenant, and so does every query.
package store

import (
	"context"
	"time"

	"github.com/bothost/bothost/sdk/llm"
	"github.com/bothost/bothost/sdk/memory"
	"github.com/bothost/bothost/sdk/message"
)

// Conversations keeps conversations. Its methods are called concurrently. A
// store may also implement Checker, Awaiter, Tenants, Volatile and io.Closer.
//
// Failures are faults: NotFound for a conversation that the tenant does not
// have, Conflict with a reason where a comment names one, Unavailable where
// the backend cannot be reached. A failure to read is never an empty answer.
type Conversations interface {
	// BeginTurn answers Begun, Replayed or Busy. Repeated with the same token
	// it gives the same answer.
	BeginTurn(ctx context.Context, request BeginTurn) (BeginOutcome, error)
	// CommitTurn is durable when it returns. Repeated it returns the same; a
	// token that is not pending any more is a Conflict, turn_superseded.
	CommitTurn(ctx context.Context, request CommitTurn) (Committed, error)
	// FailTurn ends a turn without a reply. Repeating it is harmless; a token
	// that is not pending any more is a Conflict, turn_superseded. A token that
	// has not begun may be refused from then on: its begin was given up.
	FailTurn(ctx context.Context, request FailTurn) error
	// Heartbeat renews the lease of a host's incarnation for ttl from now.
	Heartbeat(ctx context.Context, holder string, ttl time.Duration) error
	// Retire ends a holder's lease at once. A holder never seen is no error.
	Retire(ctx context.Context, holder string) error

	// GetConversation finds one conversation.
	GetConversation(ctx context.Context, scope Scope) (Conversation, error)
	// ListConversations gives a tenant's, newest activity first.
	ListConversations(ctx context.Context, request ListConversations) (Page[Conversation], error)
	// ListMessages gives a transcript, oldest first. A pending turn whose
	// holder is dead is told as Interrupted.
	ListMessages(ctx context.Context, request ListMessages) (Page[StoredMessage], error)
	// DeleteConversation removes the conversation, its messages and its memory
	// state, and supersedes a turn that is running there.
	DeleteConversation(ctx context.Context, scope Scope) error
	// PurgeTenant does so for all conversations of a tenant, if there are any.
	PurgeTenant(ctx context.Context, tenant string) error
}

// Checker is implemented by stores that can tell whether they would work.
type Checker interface {
	// Check says what was found, for people, or what is wrong, with a remedy
	// in the fault.
	Check(ctx context.Context) (summary string, err error)
}

// Awaiter is implemented by stores that can tell when a turn has ended, whichever
// process ends it, sooner than hosts would find out by asking again.
type Awaiter interface {
	// AwaitTurn returns when a turn that was Busy is pending no more (ended,
	// superseded or deleted), and without an error when that took longer than
	// timeout. That the turn can be taken over by now need not wake it. It
	// takes nothing: whoever waited has to begin again.
	AwaitTurn(ctx context.Context, scope Scope, turn uint64, timeout time.Duration) error
}

// MaxAwait is the longest timeout that AwaitTurn is called with.
const MaxAwait = time.Minute

// Volatile is implemented by stores that lose what they hold when the process
// ends; the host says so wherever it names them.
type Volatile interface{ Volatile() }

// Scope is a conversation's full name: every key begins with it.
type Scope struct {
	Tenant       string
	Conversation string
}

// TokenSize is the length of a turn's token in bytes.
const TokenSize = 16

// Token fences a turn; 16 random bytes.
type Token [TokenSize]byte

// Status says how a turn stands.
type Status string

// The states of a turn. All but Pending are final.
const (
	Pending     Status = "pending"
	Complete    Status = "complete"
	Failed      Status = "failed"
	Interrupted Status = "interrupted"
	Cancelled   Status = "cancelled"
)

// BeginTurn is the request to begin a turn.
type BeginTurn struct {
	Scope
	Token Token
	// Holder is the incarnation of the host that asks, as in Heartbeat. The
	// turn can be taken over when the holder's lease has expired; a holder
	// never seen has no lease.
	Holder string
	// Timeout is how long the turn may take before it can be taken over.
	Timeout time.Duration
	// IdempotencyKey is the client's, unique within the conversation among its
	// pending and complete turns; empty: none.
	IdempotencyKey string
	// RequestHash tells requests apart: a known key with another hash is a
	// Conflict, idempotency_mismatch.
	RequestHash []byte
	UserMessage message.Message
	// Window is what Begun returns of the conversation.
	Window memory.Window
	// UserID belongs to the conversation, and stays what its first turn said.
	UserID string
	// Metadata belongs to the conversation: a JSON object that replaces what
	// is there, or nil to leave it.
	Metadata []byte
}

// BeginOutcome is Begun, Replayed or Busy.
type BeginOutcome interface{ isBeginOutcome() }

// Begun means that the turn may run.
type Begun struct {
	// Turn counts from 1, without gaps within a conversation.
	Turn uint64
	// History is the window, oldest first: whole turns that are complete, or
	// cancelled with a reply; others are neither returned nor counted.
	History []message.Message
	// State of the memory, as last committed; nil if there is none.
	State *memory.State
}

// Replayed means that the same request was answered before.
type Replayed struct {
	Turn     uint64
	Messages []message.Message
	Result   llm.Result
}

// Busy means that another turn holds the conversation, or that the same request
// is being answered.
type Busy struct{ Turn uint64 }

func (Begun) isBeginOutcome()    {}
func (Replayed) isBeginOutcome() {}
func (Busy) isBeginOutcome()     {}

// CommitTurn is the request to end a turn with a reply.
type CommitTurn struct {
	Scope
	Token Token
	// Status is Complete or Cancelled.
	Status Status
	// Messages follow the user's: at least one.
	Messages []message.Message
	Result   llm.Result
	// State replaces the memory's state; nil leaves it.
	State *memory.State
}

// Committed is the answer to a commit.
type Committed struct{ At time.Time }

// FailTurn is the request to end a turn without a reply.
type FailTurn struct {
	Scope
	Token Token
	// Status is Failed or Cancelled.
	Status Status
	// Reason is a word, never text of the conversation.
	Reason string
}

// Conversation is what a list shows.
type Conversation struct {
	ID       string
	Turns    uint64
	UserID   string
	Metadata []byte
	Created  time.Time
	Updated  time.Time
}

// ListConversations asks for a page of a tenant's conversations.
type ListConversations struct {
	Tenant string
	// UserID filters; empty: everybody's.
	UserID string
	// Limit is 1 to 200; anything else is Invalid.
	Limit int
	// After is the Next of the page before.
	After string
}

// ListMessages asks for a page of a transcript.
type ListMessages struct {
	Scope
	// Limit is 1 to 200; anything else is Invalid.
	Limit int
	// After is the Next of the page before.
	After string
}

// StoredMessage is a message with its place and its turn's status.
type StoredMessage struct {
	Turn uint64
	// Index is the place within the turn; 0 is the user's message.
	Index   int
	Status  Status
	Message message.Message
	Created time.Time
}

// Page is a part of a list. A page of more than one item holds at most 8 MiB of
// content, however many were asked for, so that it fits a message of the wire;
// only the last page may have fewer items than asked for otherwise.
type Page[T any] struct {
	Items []T
	// Next continues after it; empty: there is no more. Callers treat it as
	// opaque; one that the store did not make is Invalid.
	Next string
}
