package plugintest

import (
	"fmt"
	"slices"
	"time"

	"github.com/bothost/bothost/sdk/memory"
	"github.com/bothost/bothost/sdk/message"
	"github.com/bothost/bothost/sdk/store"
)

// operations are done as often as they are listed.
var operations = []func(*history){
	(*history).begin, (*history).begin, (*history).begin, (*history).beginAgain, (*history).beginTwin,
	(*history).commit, (*history).commit, (*history).commit, (*history).commit,
	(*history).fail, (*history).retire, (*history).deleteConversation, (*history).purge,
}

func (h *history) begin() {
	request := store.BeginTurn{
		Scope: h.scope(), Token: randomToken(), Holder: h.holders[h.choose(2)], Timeout: time.Hour,
		Window: memory.Window{MaxMessages: 100 >> h.choose(7)},
	}
	text := fmt.Sprint("text ", h.choose(2))
	request.UserMessage, request.RequestHash = message.New(message.User, text), []byte(text)
	request.IdempotencyKey = [...]string{"", "key 1", "key 2"}[h.choose(3)]
	request.UserID = [...]string{"", "user 1", "user 2"}[h.choose(3)]
	if h.choose(3) == 0 {
		request.Metadata = fmt.Appendf(nil, `{"n":%d}`, h.choose(100))
	}
	h.begun = append(h.begun, request)
	h.tryBegin("begin", request)
}

func (h *history) beginAgain() {
	if request, ok := h.oneOfBegun(); ok {
		h.tryBegin("begin again", request)
	}
}

// beginTwin does in one tenant what was begun in the other, under the same token,
// which must mean nothing there.
func (h *history) beginTwin() {
	if request, ok := h.oneOfBegun(); ok {
		twin := slices.IndexFunc(h.corners[:], func(c *corner) bool { return c.tenant != request.Tenant })
		request.Tenant = h.corners[twin].tenant
		h.begun = append(h.begun, request)
		h.tryBegin("begin twin", request)
	}
}

func (h *history) tryBegin(operation string, request store.BeginTurn) {
	h.Helper()
	if h.withdrawn[fullToken{request.Scope, request.Token}] {
		return
	}
	outcome, err := h.store.BeginTurn(h.Context(), request)
	want, wantErr := h.model.begin(request)
	h.agree(fmt.Sprintf("%s %s with key %q, %s, window %d", operation, h.name(request), request.IdempotencyKey,
		showMessage(request.UserMessage), request.Window.MaxMessages),
		answer(outcome, err), answer(want, wantErr))
}

// oneOfBegun prefers requests of late: the older, the less there is to them.
func (h *history) oneOfBegun() (store.BeginTurn, bool) {
	if len(h.begun) == 0 {
		return store.BeginTurn{}, false
	}
	return h.begun[len(h.begun)-1-h.choose(min(len(h.begun), 6))], true
}

func (h *history) commit() {
	request, ok := h.oneOfBegun()
	if !ok {
		return
	}
	commit := replyTo(request, fmt.Sprint("reply ", h.choose(100)))
	if h.choose(4) == 0 {
		commit.Status = store.Cancelled
	}
	if h.choose(3) == 0 {
		commit.State = &memory.State{Plugin: "memory", Version: uint64(h.choose(100)), Data: []byte("state")}
	}
	committed, err := h.store.CommitTurn(h.Context(), commit)
	at, wantErr := h.model.commit(commit, committed.At)
	h.agree("commit "+h.name(request), answer(committed.At.UTC(), err), answer(at.UTC(), wantErr))
}

func (h *history) fail() {
	request, ok := h.oneOfBegun()
	if !ok {
		return
	}
	failure := failureOf(request, [...]store.Status{store.Failed, store.Cancelled}[h.choose(2)])
	err := h.store.FailTurn(h.Context(), failure)
	h.agree("fail "+h.name(request), answer("done", err), answer("done", h.model.fail(failure)))
	if _, known := h.model.withToken(request.Scope, request.Token); known == nil {
		h.withdrawn[fullToken{request.Scope, request.Token}] = true
	}
}

func (h *history) retire() {
	i := h.choose(len(h.holders))
	h.agree("retire", answer("done", h.store.Retire(h.Context(), h.holders[i])), "done")
	delete(h.model.leases, h.holders[i])
	h.holders[i] = h.newHolder()
}

func (h *history) deleteConversation() {
	scope := h.scope()
	err := h.store.DeleteConversation(h.Context(), scope)
	h.agree("delete "+h.scopeName(scope), answer("done", err), answer("done", h.model.delete(scope)))
}

func (h *history) purge() {
	tenant := h.choose(len(h.corners))
	h.agree(fmt.Sprint("purge tenant ", tenant),
		answer("done", h.store.PurgeTenant(h.Context(), h.corners[tenant].tenant)), "done")
	h.model.purge(h.corners[tenant].tenant)
}
