package httpapi_test

import (
	"context"
	"sync"
	"time"

	"github.com/bothost/bothost/host/internal/inprocess"
	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/llm"
	"github.com/bothost/bothost/sdk/message"
	"github.com/bothost/bothost/sdk/store"
)

// model answers with what it was told, unless chat is set.
type model struct {
	chat func(ctx context.Context, emit func(string) error) error
}

func (m *model) Chat(ctx context.Context, request llm.Request[inprocess.Config], emit func(string) error) (llm.Result, error) {
	answer := m.chat
	if answer == nil {
		answer = func(_ context.Context, emit func(string) error) error {
			return emit("You said: " + request.Messages[len(request.Messages)-1].Text())
		}
	}
	if err := answer(ctx, emit); err != nil {
		return llm.Result{}, err
	}
	return llm.Result{Model: "fake:1b", FinishReason: "stop", Usage: llm.Usage{PromptTokens: 3, CompletionTokens: 4}}, nil
}

// conversations is a store in memory that does what the API needs of it.
type conversations struct {
	store.Conversations
	mu    sync.Mutex
	byKey map[store.Scope]*conversation
	// fails, if set, is what every call fails with; commitFails every commit.
	fails, commitFails error
	// losesDeletion makes the next deletion happen and not be answered.
	losesDeletion bool
	// lists are the pages that were asked for.
	lists    []store.ListConversations
	messages []store.ListMessages
	// ended says how turns ended: complete, cancelled, failed.
	ended chan store.Status
}

type conversation struct {
	store.Conversation
	pending message.Message
	stored  []store.StoredMessage
}

func newConversations() *conversations {
	return &conversations{byKey: map[store.Scope]*conversation{}, ended: make(chan store.Status, 100)}
}

func (s *conversations) BeginTurn(_ context.Context, r store.BeginTurn) (store.BeginOutcome, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fails != nil {
		return nil, s.fails
	}
	c, ok := s.byKey[r.Scope]
	if !ok {
		c = &conversation{Conversation: store.Conversation{
			ID: r.Conversation, UserID: r.UserID, Created: time.Unix(1000, 5), Updated: time.Unix(2000, 5),
		}}
		s.byKey[r.Scope] = c
	}
	if r.Metadata != nil {
		c.Metadata = r.Metadata
	}
	c.Turns++
	c.pending = r.UserMessage
	return store.Begun{Turn: c.Turns}, nil
}

func (s *conversations) CommitTurn(_ context.Context, r store.CommitTurn) (store.Committed, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.commitFails != nil {
		return store.Committed{}, s.commitFails
	}
	c := s.byKey[r.Scope]
	for i, m := range append([]message.Message{c.pending}, r.Messages...) {
		c.stored = append(c.stored, store.StoredMessage{
			Turn: c.Turns, Index: i, Status: r.Status, Message: m, Created: time.Unix(3000, 5),
		})
	}
	s.ended <- r.Status
	return store.Committed{At: time.Unix(3000, 5)}, nil
}

func (s *conversations) FailTurn(_ context.Context, r store.FailTurn) error {
	s.ended <- r.Status
	return nil
}

func (s *conversations) find(scope store.Scope) (*conversation, error) {
	if s.fails != nil {
		return nil, s.fails
	}
	c, ok := s.byKey[scope]
	if !ok {
		return nil, fault.New(fault.NotFound, "there is no conversation %q", scope.Conversation)
	}
	return c, nil
}

func (s *conversations) GetConversation(_ context.Context, scope store.Scope) (store.Conversation, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, err := s.find(scope)
	if err != nil {
		return store.Conversation{}, err
	}
	return c.Conversation, nil
}

func (s *conversations) ListConversations(_ context.Context, r store.ListConversations) (store.Page[store.Conversation], error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lists = append(s.lists, r)
	var page store.Page[store.Conversation]
	for scope, c := range s.byKey {
		if scope.Tenant == r.Tenant {
			page.Items = append(page.Items, c.Conversation)
		}
	}
	return page, s.fails
}

func (s *conversations) ListMessages(_ context.Context, r store.ListMessages) (store.Page[store.StoredMessage], error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.messages = append(s.messages, r)
	c, err := s.find(r.Scope)
	if err != nil {
		return store.Page[store.StoredMessage]{}, err
	}
	return store.Page[store.StoredMessage]{Items: c.stored, Next: "more"}, nil
}

func (s *conversations) DeleteConversation(_ context.Context, scope store.Scope) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, err := s.find(scope)
	delete(s.byKey, scope)
	if s.losesDeletion {
		s.losesDeletion = false
		return fault.New(fault.Unavailable, "the process has ended")
	}
	return err
}

func (s *conversations) PurgeTenant(context.Context, string) error { return nil }
