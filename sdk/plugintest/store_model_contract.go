package plugintest

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/memory"
	"github.com/bothost/bothost/sdk/message"
	"github.com/bothost/bothost/sdk/store"
)

// model is the contract of a store, without time: leases end by Retire alone.
type model struct {
	leases        map[string]bool
	conversations map[store.Scope]*modelConversation
}

type modelConversation struct {
	userID   string
	metadata []byte
	turns    []*modelTurn
	state    *memory.State
}

type modelTurn struct {
	store.BeginTurn
	number  uint64
	status  store.Status
	replies store.CommitTurn
	at      time.Time
}

func (t *modelTurn) committed() bool { return len(t.replies.Messages) > 0 }

func newModel() *model {
	return &model{leases: map[string]bool{}, conversations: map[store.Scope]*modelConversation{}}
}

// told is the status that readers are told.
func (m *model) told(t *modelTurn) store.Status {
	if t.status == store.Pending && !m.leases[t.Holder] {
		return store.Interrupted
	}
	return t.status
}

func (m *model) withToken(scope store.Scope, token store.Token) (*modelConversation, *modelTurn) {
	c := m.conversations[scope]
	if c == nil {
		return nil, nil
	}
	for _, t := range c.turns {
		if t.Token == token {
			return c, t
		}
	}
	return c, nil
}

func (m *model) begin(request store.BeginTurn) (store.BeginOutcome, error) {
	c, same := m.withToken(request.Scope, request.Token)
	switch {
	case same == nil:
	case same.status == store.Pending:
		return c.begun(same, request.Window), nil
	case same.status == store.Complete:
		return replayOf(same.number, same.replies), nil
	default:
		return nil, conflict(fault.TurnSuperseded)
	}
	if c == nil {
		c = &modelConversation{userID: request.UserID}
		m.conversations[request.Scope] = c
	}
	if outcome, err := m.beginKeyed(c, request); outcome != nil || err != nil {
		return outcome, err
	}
	for _, t := range c.turns {
		if m.told(t) == store.Pending {
			return store.Busy{Turn: t.number}, nil
		}
		t.status = m.told(t)
	}
	t := &modelTurn{BeginTurn: request, number: uint64(len(c.turns)) + 1, status: store.Pending}
	c.turns = append(c.turns, t)
	if request.Metadata != nil {
		c.metadata = request.Metadata
	}
	return c.begun(t, request.Window), nil
}

func (m *model) beginKeyed(c *modelConversation, request store.BeginTurn) (store.BeginOutcome, error) {
	for _, t := range c.turns {
		status := m.told(t)
		holds := status == store.Pending || status == store.Complete
		if request.IdempotencyKey == "" || t.IdempotencyKey != request.IdempotencyKey || !holds {
			continue
		}
		switch {
		case string(t.RequestHash) != string(request.RequestHash):
			return nil, conflict(fault.IdempotencyMismatch)
		case status == store.Complete:
			return replayOf(t.number, t.replies), nil
		default:
			return store.Busy{Turn: t.number}, nil
		}
	}
	return nil, nil
}

func (c *modelConversation) begun(t *modelTurn, window memory.Window) store.Begun {
	var history []message.Message
	for _, earlier := range slices.Backward(c.turns) {
		if !earlier.committed() {
			continue
		}
		whole := append([]message.Message{earlier.UserMessage}, earlier.replies.Messages...)
		if len(history)+len(whole) > window.MaxMessages {
			break
		}
		history = append(whole, history...)
	}
	return store.Begun{Turn: t.number, History: history, State: c.state}
}

// commit gives the time that it must answer: at, if this is the first commit.
func (m *model) commit(request store.CommitTurn, at time.Time) (time.Time, error) {
	c, t := m.withToken(request.Scope, request.Token)
	switch {
	case t == nil, !t.committed() && t.status != store.Pending:
		return time.Time{}, conflict(fault.TurnSuperseded)
	case t.committed():
		return t.at, nil
	}
	t.status, t.replies, t.at = request.Status, request, at
	if request.State != nil {
		c.state = request.State
	}
	return at, nil
}

func (m *model) fail(request store.FailTurn) error {
	_, t := m.withToken(request.Scope, request.Token)
	if t == nil || t.committed() || t.status == store.Interrupted {
		return conflict(fault.TurnSuperseded)
	}
	if t.status == store.Pending {
		t.status = request.Status
	}
	return nil
}

func (m *model) delete(scope store.Scope) error {
	if m.conversations[scope] == nil {
		return fault.New(fault.NotFound, "there is no such conversation")
	}
	delete(m.conversations, scope)
	return nil
}

func (m *model) purge(tenant string) {
	for scope := range m.conversations {
		if scope.Tenant == tenant {
			delete(m.conversations, scope)
		}
	}
}

// described is what readers see of a tenant's conversations.
func (m *model) described(tenant string) []string {
	var all []string
	for scope, c := range m.conversations {
		if scope.Tenant != tenant {
			continue
		}
		lines := []string{describe(store.Conversation{
			ID: scope.Conversation, Turns: uint64(len(c.turns)), UserID: c.userID, Metadata: c.metadata,
		})}
		for _, t := range c.turns {
			for i, said := range append([]message.Message{t.UserMessage}, t.replies.Messages...) {
				lines = append(lines, fmt.Sprintf("%d.%d %s %s", t.number, i, m.told(t), showMessage(said)))
			}
		}
		all = append(all, strings.Join(lines, "\n"))
	}
	slices.Sort(all)
	return all
}

func conflict(reason string) error { return fault.New(fault.Conflict, "refused").WithReason(reason) }
