package sqlite_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/bothost/bothost/plugins/store-sqlite/internal/engine"
	"github.com/bothost/bothost/plugins/store-sqlite/sqlite"
	"github.com/bothost/bothost/sdk/store"
)

// TestCostIsOfNoLength compares what turns do at the end of a conversation of
// 100,000 messages, and of one whose last 2,000 turns failed, with what they do in
// one of 20 messages, in a file of many others.
func TestCostIsOfNoLength(t *testing.T) {
	t.Parallel()
	folder := filled(t, 1)
	fillWith(t, folder, "long", 1, longTurns)
	fillWith(t, folder, "short", 1, 10)
	fillWith(t, folder, "unanswered", 1, 2_000)
	alter(t, folder, `
		DELETE FROM messages WHERE conversation = 'unanswered 1' AND turn > 10 AND position > 0;
		UPDATE messages SET status = 'failed', reply_before = 10 WHERE conversation = 'unanswered 1' AND turn > 10;
		UPDATE conversations SET last_reply = 10 WHERE conversation = 'unanswered 1'`)
	fillWith(t, folder, "other", 500, 2)
	s := open(t, folder)
	if err := s.Heartbeat(t.Context(), "holder", time.Hour); err != nil {
		t.Fatal(err)
	}
	const turns = 40
	short := turnWork(t, s, "short 1", turns)
	for _, conversation := range []string{"long 1", "unanswered 1"} {
		long := turnWork(t, s, conversation, turns)
		t.Logf("%d turns of %s: %+v; of a short conversation: %+v", turns, conversation, long, short)
		for what, counts := range map[string][2]int64{
			"steps":         {long.Steps, short.Steps},
			"pages":         {long.Pages, short.Pages},
			"pages written": {long.Written, short.Written},
		} {
			if counts[1] == 0 || float64(counts[0]) > 1.2*float64(counts[1]) {
				t.Errorf("%s: %d in %s, %d in the short conversation", what, counts[0], conversation, counts[1])
			}
		}
	}
}

// TestCostOfLists compares what a page of a list costs with and without many
// things that are not on it.
func TestCostOfLists(t *testing.T) {
	t.Parallel()
	few, many := filled(t, 10), filled(t, 10)
	fillWith(t, many, "long", 1, 5_000)
	fillWith(t, many, "other", 2_000, 1)
	small, large := open(t, few), open(t, many)
	for tenant := range 200 {
		if _, _, err := large.PutTenant(t.Context(), store.PutTenant{Name: fmt.Sprint("tenant ", tenant), Config: []byte(`{}`)}); err != nil {
			t.Fatal(err)
		}
	}
	if _, _, err := small.PutTenant(t.Context(), store.PutTenant{Name: "tenant 0", Config: []byte(`{}`)}); err != nil {
		t.Fatal(err)
	}
	for name, read := range map[string]func(*sqlite.Store) error{
		"conversations": func(s *sqlite.Store) error {
			_, err := s.ListConversations(t.Context(), store.ListConversations{Tenant: scope.Tenant, Limit: 1})
			return err
		},
		"messages": func(s *sqlite.Store) error {
			_, err := s.ListMessages(t.Context(), store.ListMessages{Scope: scope, Limit: 10})
			return err
		},
		"tenants": func(s *sqlite.Store) error {
			_, err := s.ListTenants(t.Context(), 1, "")
			return err
		},
	} {
		one, other := readWork(t, large, read), readWork(t, small, read)
		// One more row tells that there is another page, and an index is deeper.
		const depth, rows = 3, 20
		if other.Steps == 0 || one.Steps > 2*other.Steps || one.Pages > other.Pages+rows*depth {
			t.Errorf("%s: %+v among many, %+v among few", name, one, other)
		}
	}
}

// fillWith makes conversations of turns, named from 1, by another program's means.
func fillWith(t *testing.T, folder, name string, conversations, turns int) {
	t.Helper()
	alter(t, folder, fmt.Sprintf(`
		PRAGMA cache_size = -200000; PRAGMA synchronous = OFF; BEGIN;
		CREATE TEMP TABLE numbers AS
			WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < max(%[2]d, %[3]d)) SELECT n FROM n;
		INSERT INTO conversations (tenant, conversation, last_turn, last_reply, user_id, created_at, updated_at)
			SELECT 'tenant', '%[1]s ' || n, %[3]d, %[3]d, '', 1, n FROM numbers WHERE n <= %[2]d;
		INSERT INTO messages (tenant, conversation, turn, position, role, created_at, turn_bytes, token, holder,
		                      deadline_at, reply_before, text)
			SELECT 'tenant', '%[1]s ' || c.n, t.n, 0, 'user', 1, 5, randomblob(16), 'holder', 1, t.n - 1, 'hello'
			FROM numbers c, numbers t WHERE c.n <= %[2]d AND t.n <= %[3]d;
		INSERT INTO messages (tenant, conversation, turn, position, role, created_at, turn_bytes, status, text,
		                      model, finish_reason, prompt_tokens, completion_tokens)
			SELECT 'tenant', '%[1]s ' || c.n, t.n, 1, 'assistant', 1, 10, 'complete', 'reply', 'model', 'stop', 1, 1
			FROM numbers c, numbers t WHERE c.n <= %[2]d AND t.n <= %[3]d;
		COMMIT`,
		name, conversations, turns))
}

// turnWork tells what turns cost the writing connection.
func turnWork(t *testing.T, s *sqlite.Store, conversation string, turns int) engine.Work {
	t.Helper()
	turn := func() {
		request := in(conversation)
		request.Window.MaxMessages = 10
		outcome, err := s.BeginTurn(t.Context(), request)
		if begun, ok := outcome.(store.Begun); !ok || len(begun.History) != 10 {
			t.Fatalf("begin: %v, %v", outcome, err)
		}
		if _, err := s.CommitTurn(t.Context(), reply(request, "reply")); err != nil {
			t.Fatal(err)
		}
	}
	turn() // statements are prepared by now
	before := s.WriterWork()
	for range turns {
		turn()
	}
	return difference(s.WriterWork(), before)
}

// readWork tells what a read costs the reading connections.
func readWork(t *testing.T, s *sqlite.Store, read func(*sqlite.Store) error) engine.Work {
	t.Helper()
	const prepared = 5 // at least once on each of the connections
	for range prepared {
		if err := read(s); err != nil {
			t.Fatal(err)
		}
	}
	before := s.ReaderWork()
	if err := read(s); err != nil {
		t.Fatal(err)
	}
	return difference(s.ReaderWork(), before)
}

func difference(after, before engine.Work) engine.Work {
	return engine.Work{
		Steps: after.Steps - before.Steps, Pages: after.Pages - before.Pages, Written: after.Written - before.Written,
	}
}
