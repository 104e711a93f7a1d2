package memstore

import (
	"time"

	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/llm"
	"github.com/bothost/bothost/sdk/memory"
	"github.com/bothost/bothost/sdk/message"
	"github.com/bothost/bothost/sdk/store"
)

// conversation is one conversation; turn n is turns[n-1], and only the last can
// be pending.
type conversation struct {
	id       string
	userID   string
	metadata []byte
	created  time.Time
	updated  time.Time
	turns    []*turn
	state    *memory.State
}

type turn struct {
	number      uint64
	token       store.Token
	status      store.Status
	holder      string
	deadline    time.Time
	key         string
	requestHash []byte
	// messages begins with the user's; the replies follow once committed.
	messages []message.Message
	result   llm.Result
	started  time.Time
	ended    time.Time
	// over is closed when the turn is pending no more.
	over chan struct{}
}

// end gives a pending turn its last status, and tells who awaits that.
func (t *turn) end(status store.Status, at time.Time) {
	t.status, t.ended = status, at
	close(t.over)
}

// committed reports whether the turn ended with a reply, which is also what
// puts it into the window.
func (t *turn) committed() bool { return len(t.messages) > 1 }

// answers reports whether the turn holds its idempotency key.
func (t *turn) answers(key string) bool {
	return key != "" && t.key == key && (t.status == store.Pending || t.status == store.Complete)
}

// find gives the conversation, or nil.
func (s *Store) find(scope store.Scope) *conversation {
	return s.tenants[scope.Tenant][scope.Conversation]
}

// existing gives the conversation, or NotFound.
func (s *Store) existing(scope store.Scope) (*conversation, error) {
	if c := s.find(scope); c != nil {
		return c, nil
	}
	return nil, fault.New(fault.NotFound, "there is no conversation %q", scope.Conversation)
}

// create adds the conversation that its first turn asks for.
func (s *Store) create(request store.BeginTurn, at time.Time) *conversation {
	c := &conversation{id: request.Conversation, userID: request.UserID, created: at}
	if s.tenants[request.Tenant] == nil {
		s.tenants[request.Tenant] = map[string]*conversation{}
	}
	s.tenants[request.Tenant][request.Conversation] = c
	return c
}

// pending gives the turn that holds the conversation, or nil.
func (c *conversation) pending() *turn {
	if len(c.turns) == 0 {
		return nil
	}
	if last := c.turns[len(c.turns)-1]; last.status == store.Pending {
		return last
	}
	return nil
}

// drop tells who awaits the pending turn of a conversation that is removed.
func (c *conversation) drop() {
	if p := c.pending(); p != nil {
		close(p.over)
	}
}

// newest gives the newest turn that matches, or nil.
func (c *conversation) newest(match func(*turn) bool) *turn {
	for i := len(c.turns) - 1; i >= 0; i-- {
		if match(c.turns[i]) {
			return c.turns[i]
		}
	}
	return nil
}

func (c *conversation) withToken(token store.Token) *turn {
	return c.newest(func(t *turn) bool { return t.token == token })
}
