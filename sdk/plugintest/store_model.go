package plugintest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/store"
)

func modelCases() []StoreCase {
	return []StoreCase{{"random histories agree with a model of the contract", randomHistories}}
}

func randomHistories(t T, s store.Conversations) {
	const histories, steps = 5, 60
	for range histories {
		seed := rand.Uint64()
		t.Logf("history of seed %d", seed)
		source := rand.New(rand.NewPCG(seed, 0))
		StoreModel(t, s, steps, source.IntN)
	}
}

// StoreModel does steps operations on a store and on a model of the contract,
// and compares what both answer. choose(n) decides what is done, by a number
// from 0 to n-1: where a property testing library makes these numbers, it can
// find the shortest history that fails.
func StoreModel(t T, s store.Conversations, steps int, choose func(n int) int) {
	corners := [2]*corner{}
	for i := range corners {
		corners[i] = &corner{T: t, store: s, tenant: randomName("tenant")}
		defer corners[i].clear(corners[i].tenant)
	}
	h := &history{T: t, store: s, choose: choose, corners: corners, model: newModel(), withdrawn: map[fullToken]bool{}}
	for i := range h.holders {
		h.holders[i] = h.newHolder()
	}
	for range steps {
		operations[choose(len(operations))](h)
		if choose(4) == 0 {
			h.compare()
		}
	}
	h.compare()
	for _, holder := range h.holders {
		corners[0].must(s.Retire(t.Context(), holder), "retire")
	}
}

// history is one sequence of operations.
type history struct {
	T
	store   store.Conversations
	choose  func(n int) int
	corners [2]*corner
	holders [2]string
	model   *model
	// begun holds all requests so far, to be repeated, committed and failed
	// in and out of turn.
	begun []store.BeginTurn
	// withdrawn are those that were failed before they began. Whether such a one
	// can begin after that, is the store's to decide: it may have been on its way
	// when its host gave it up.
	withdrawn map[fullToken]bool
	steps     []string
}

// fullToken is a token where it means something.
type fullToken struct {
	store.Scope
	store.Token
}

func (h *history) newHolder() string {
	holder := randomName("holder")
	h.corners[0].heartbeat(holder, time.Hour)
	h.model.leases[holder] = true
	return holder
}

// agree compares what the store and the model answered to an operation.
func (h *history) agree(operation, got, want string) {
	h.Helper()
	h.steps = append(h.steps, operation+": "+want)
	if got != want {
		h.Fatalf("after\n  %s\nthe store answers\n  %s\nbut the contract is\n  %s",
			strings.Join(h.steps, "\n  "), got, want)
	}
}

func (h *history) scope() store.Scope {
	return h.corners[h.choose(2)].scope(fmt.Sprint("c", h.choose(2)))
}

// compare reads all that readers can see.
func (h *history) compare() {
	for tenant, c := range h.corners {
		listed := c.list("", 1)
		var got []string
		for _, conversation := range listed {
			got = append(got, describe(conversation)+"\n"+strings.Join(c.transcript(conversation.ID), "\n"))
		}
		slices.Sort(got)
		want := h.model.described(c.tenant)
		if !slices.Equal(got, want) {
			h.agree(fmt.Sprint("read tenant ", tenant), strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
}

func describe(c store.Conversation) string {
	return fmt.Sprintf("%s: %d turns, of %q, %v", c.ID, c.Turns, c.UserID, parsedOrNone(c.Metadata))
}

func parsedOrNone(metadata []byte) any {
	if len(metadata) == 0 {
		return "no metadata"
	}
	return parsed(metadata)
}

// name names a request by the order of its begin.
func (h *history) name(request store.BeginTurn) string {
	number := slices.IndexFunc(h.begun, func(other store.BeginTurn) bool {
		return other.Token == request.Token && other.Scope == request.Scope
	})
	return fmt.Sprintf("request %d in %s", number, h.scopeName(request.Scope))
}

func (h *history) scopeName(scope store.Scope) string {
	if scope.Tenant == h.corners[0].tenant {
		return scope.Conversation + " of tenant 0"
	}
	return scope.Conversation + " of tenant 1"
}

// answer writes an outcome, or the kind of the error instead of it.
func answer(outcome any, err error) string {
	if err != nil {
		if e := fault.As(err); e.Code == fault.Conflict || e.Code == fault.NotFound {
			return fmt.Sprintf("%s %s", e.Code, e.Reason)
		}
		return err.Error()
	}
	if begin, ok := outcome.(store.BeginOutcome); ok {
		return show(begin)
	}
	return fmt.Sprint(outcome)
}
