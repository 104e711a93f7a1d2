package bot

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/llm"
)

// Context says where a message belongs. Nothing in it can change the tenant.
type Context struct {
	// ConversationID names the conversation, 1 to 256 bytes; empty begins a new
	// one, under an id of the host's.
	ConversationID string
	// UserID and Metadata belong to the conversation. The first turn's UserID
	// stays; Metadata, a JSON object, replaces what is there unless it is nil.
	UserID   string
	Metadata json.RawMessage
	// IdempotencyKey makes a retry harmless: within the conversation, the same
	// key is answered with the same turn. Empty: every call is a new turn.
	IdempotencyKey string
}

// Reply is a turn that is durable.
type Reply struct {
	ConversationID string
	// Turn counts from 1 within the conversation.
	Turn uint64
	Text string
	llm.Result
	// Provider is the one that spoke, as the configuration names it: "ollama".
	// Stores do not keep it: it is empty in a replay.
	Provider string
	// Replayed tells that the turn was answered before, and is told again.
	Replayed bool
}

// Observer sees a turn while it happens. Its methods are called one after the
// other; an error of Delta ends the turn as if the caller had left.
type Observer interface {
	// Started is called once the turn has begun, or is known to be replayed.
	Started(conversationID string, turn uint64) error
	// Delta is called with each piece of the reply. A replay is one piece.
	Delta(text string) error
}

// silent observes nothing.
type silent struct{}

func (silent) Started(string, uint64) error { return nil }
func (silent) Delta(string) error           { return nil }

// Limits bound a turn. All must be positive, except DisconnectGrace.
type Limits struct {
	// IdleTimeout is how long the model may stay silent: before its first piece
	// and between any two.
	IdleTimeout time.Duration
	// TurnTimeout is after how long a turn can be taken over.
	TurnTimeout time.Duration
	// DisconnectGrace is how long the model goes on speaking for a caller who
	// has left.
	DisconnectGrace time.Duration
}

const (
	// MaxReplyBytes bounds a reply.
	MaxReplyBytes = 1 << 20
	// MaxWindowBytes bounds what a store returns of a conversation.
	MaxWindowBytes = 8 << 20
	// MaxStateBytes bounds a memory's state.
	MaxStateBytes = 256 << 10
)

// Stage says during which of a turn's calls something failed.
type Stage string

// The stages of a turn.
const (
	StageBegin  Stage = "begin"
	StageRecall Stage = "recall"
	StageModel  Stage = "model"
	StageCommit Stage = "commit"
)

// Reasons of a turn's failure that are the host's own.
const (
	// TurnInProgress: the conversation stayed taken for too long.
	TurnInProgress = "turn_in_progress"
	// NotDurable: the reply could not be stored, and so was not given.
	NotDurable = "not_durable"
	// ShuttingDown: the host is about to end.
	ShuttingDown = "shutting_down"
	// ReplyTooLong: the model said more than MaxReplyBytes.
	ReplyTooLong = "reply_too_long"
	// ModelSilent: the model said nothing for too long.
	ModelSilent = "model_silent"
)

// Error is a turn's failure: what failed, and during which stage.
type Error struct {
	Stage  Stage
	Plugin string
	Fault  *fault.Error
}

// Error names the plugin, unless it has named itself, and says what went wrong.
func (e *Error) Error() string {
	if text := e.Fault.Error(); strings.HasPrefix(text, e.Plugin+": ") {
		return text
	}
	return e.Plugin + ": " + e.Fault.Error()
}

// Unwrap gives the fault.
func (e *Error) Unwrap() error { return e.Fault }
