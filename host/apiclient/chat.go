package apiclient

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
)

// Message is one message to a bot, and where it belongs.
type Message struct {
	Text string
	// ConversationID names the conversation; empty begins a new one, whose id is
	// in the reply.
	ConversationID string
	UserID         string
	// Metadata is a JSON object, or nil.
	Metadata json.RawMessage
	// IdempotencyKey makes a retry harmless; empty: every call is a new turn.
	IdempotencyKey string
}

// Reply is a turn that is durable.
type Reply struct {
	ConversationID string `json:"conversation_id"`
	// Turn counts from 1 within the conversation.
	Turn  uint64 `json:"turn"`
	Text  string `json:"reply"`
	Model string `json:"model"`
	// Provider spoke: the one configured, or a fallback. Empty in a replay.
	Provider     string `json:"provider,omitempty"`
	FinishReason string `json:"finish_reason"`
	Usage        Usage  `json:"usage"`
	// Replayed tells that the turn was answered before, and is told again.
	Replayed bool `json:"replayed"`
}

// Usage counts the tokens of a turn.
type Usage struct {
	PromptTokens     int64 `json:"prompt_tokens"`
	CompletionTokens int64 `json:"completion_tokens"`
}

// Observer is told of a turn while it happens. Each function may be nil; an
// error of one ends the call, as if the caller had left.
type Observer struct {
	// Started is called once, before any delta.
	Started func(conversationID string, turn uint64) error
	// Delta is called with each piece of the reply.
	Delta func(text string) error
}

type chatRequest struct {
	Message        string          `json:"message"`
	ConversationID string          `json:"conversation_id,omitempty"`
	UserID         string          `json:"user_id,omitempty"`
	Metadata       json.RawMessage `json:"metadata,omitempty"`
	Stream         bool            `json:"stream,omitempty"`
}

func (m Message) request(stream bool) request {
	r := request{method: http.MethodPost, path: "/v1/chat", header: http.Header{}, body: chatRequest{
		Message: m.Text, ConversationID: m.ConversationID, UserID: m.UserID, Metadata: m.Metadata, Stream: stream,
	}}
	if m.IdempotencyKey != "" {
		r.header.Set("Idempotency-Key", m.IdempotencyKey)
	}
	return r
}

// Chat sends a message and waits for the whole reply.
func (c Client) Chat(ctx context.Context, m Message) (Reply, error) {
	var reply Reply
	err := c.call(ctx, m.request(false), &reply)
	return reply, err
}

// ChatStream sends a message and tells of the reply as it comes. When ctx ends
// or the observer fails, the host stops the model and keeps the turn as a
// cancelled one. A stream that breaks off before its end is an error: whether
// the turn was completed is then not known.
func (c Client) ChatStream(ctx context.Context, m Message, observer Observer) (Reply, error) {
	r := m.request(true)
	r.header.Set("Accept", "text/event-stream")
	response, err := c.send(ctx, r)
	if err != nil {
		return Reply{}, err
	}
	defer response.Body.Close()
	if !isMediaType(response, "text/event-stream") {
		return Reply{}, errors.New("the answer is not a stream of events; is it a bothost that answers there?")
	}
	turn := turnEvents{observer: observer}
	if err := readEvents(response.Body, turn.take); err != nil {
		return Reply{}, err
	}
	if !turn.done {
		return Reply{}, errors.New("the stream broke off before the reply was complete")
	}
	return turn.reply, nil
}

// turnEvents takes the events of one turn.
type turnEvents struct {
	observer Observer
	reply    Reply
	done     bool
}

func (t *turnEvents) take(e event) error {
	switch e.name {
	case "start":
		return t.started(e)
	case "delta":
		return t.delta(e)
	case "done":
		err := e.decode(&t.reply)
		t.done = err == nil
		return err
	case "error":
		var document problem
		if err := e.decode(&document); err != nil {
			return err
		}
		return document.toError()
	}
	// What a later version adds.
	return nil
}

func (t *turnEvents) started(e event) error {
	var started struct {
		ConversationID string `json:"conversation_id"`
		Turn           uint64 `json:"turn"`
	}
	if err := e.decode(&started); err != nil || t.observer.Started == nil {
		return err
	}
	return t.observer.Started(started.ConversationID, started.Turn)
}

func (t *turnEvents) delta(e event) error {
	var delta struct {
		Text string `json:"text"`
	}
	if err := e.decode(&delta); err != nil || t.observer.Delta == nil {
		return err
	}
	return t.observer.Delta(delta.Text)
}
