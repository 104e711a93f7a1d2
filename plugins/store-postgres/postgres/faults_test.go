package postgres_test

import (
	"context"
	"strings"
	"testing"

	"github.com/bothost/bothost/plugins/store-postgres/pgtest"
	"github.com/bothost/bothost/plugins/store-postgres/postgres"
	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/store"
)

// Conditions of the server that pass by are faults that say so and what to do, and
// the store works again as soon as they have passed.
func TestConditionsThatPass(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		// set and unset are for the role that serves.
		set, unset string
		remedy     string
	}{
		"no connection left": {"CONNECTION LIMIT 0", "CONNECTION LIMIT -1", "max_connections"},
		"a standby":          {"SET default_transaction_read_only = on", "RESET default_transaction_read_only", "connect to the primary"},
		"not let in":         {"NOLOGIN", "LOGIN", "does not let this role in"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := server.Database(t)
			s := open(t, separated(d))
			beat(t, s)
			turn(t, s, scope, "hello")
			execute(t, d, d.Superuser, "ALTER ROLE "+d.Ordinary.User+" "+test.set)
			disconnect(t, d)
			_, err := s.BeginTurn(t.Context(), beginning(scope, "hello"))
			if f := fault.As(err); !fault.Is(err, fault.Unavailable) || f.RetryAfter <= 0 || !f.Upstream || !strings.Contains(f.Remedy, test.remedy) {
				t.Errorf("begin: got %+v", f)
			}
			execute(t, d, d.Superuser, "ALTER ROLE "+d.Ordinary.User+" "+test.unset)
			turn(t, s, scope, "it works again")
		})
	}
}

// whileLocked makes a call that waits for the row of a conversation, does something
// in the session that has it locked or to the one that waits, and gives the call's
// error.
func whileLocked(t *testing.T, d *pgtest.Database, call func() error, inSession string) error {
	t.Helper()
	ctx := context.Background()
	session := d.Connect(t, d.Superuser)
	for _, statement := range []string{`BEGIN`, `UPDATE bothost.conversations SET updated_at = updated_at`} {
		if _, err := session.Exec(ctx, statement); err != nil {
			t.Fatal(err)
		}
	}
	ended := make(chan error, 1)
	go func() { ended <- call() }()
	until(t, "the call waits for the lock", func() bool {
		return one[bool](t, d, d.Superuser, `SELECT EXISTS (SELECT FROM pg_stat_activity
			WHERE datname = current_database() AND wait_event_type = 'Lock')`)
	})
	for _, statement := range []string{inSession, `COMMIT`} {
		if _, err := session.Exec(ctx, statement); err != nil {
			t.Fatal(err)
		}
	}
	return next(t, ended)
}

const endThoseWhoWait = `SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
	WHERE datname = current_database() AND wait_event_type = 'Lock'`

// A call that the server ends is made again where that can do no harm, and is
// Unavailable where it could.
func TestCallsThatTheServerEnds(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		isolation string
		inSession string
		call      func(context.Context, *postgres.Store) error
		fails     bool
	}{
		"a begin":                {call: beginOne, inSession: endThoseWhoWait},
		"a deletion":             {call: deleteOne, inSession: endThoseWhoWait, fails: true},
		"a begin in conflict":    {call: beginOne, inSession: `SELECT`, isolation: "repeatable read"},
		"a deletion in conflict": {call: deleteOne, inSession: `SELECT`, isolation: "serializable"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := server.Database(t)
			if test.isolation != "" {
				execute(t, d, d.Superuser, "ALTER ROLE "+d.Ordinary.User+" SET default_transaction_isolation = '"+test.isolation+"'")
			}
			s := open(t, separated(d))
			beat(t, s)
			turn(t, s, scope, "hello")
			err := whileLocked(t, d, func() error { return test.call(t.Context(), s) }, test.inSession)
			if !test.fails && err != nil {
				t.Errorf("got %v", err)
			}
			if test.fails && (!fault.Is(err, fault.Unavailable) || fault.As(err).RetryAfter <= 0) {
				t.Errorf("got %v, want Unavailable and a time to wait", err)
			}
			if _, err := s.Check(t.Context()); fault.HasReason(err, "isolation_level") != (test.isolation != "") {
				t.Errorf("Check: %v", err)
			}
		})
	}
}

func beginOne(ctx context.Context, s *postgres.Store) error {
	_, err := s.BeginTurn(ctx, beginning(scope, "hello"))
	return err
}

func deleteOne(ctx context.Context, s *postgres.Store) error { return s.DeleteConversation(ctx, scope) }

// What is acknowledged is on the disk, also for a role for which that is not usual;
// the begin of a turn leaves it to the turn's end.
func TestAcknowledgedMeansFlushed(t *testing.T) {
	t.Parallel()
	d := server.Database(t)
	execute(t, d, d.Superuser, "ALTER ROLE "+d.Ordinary.User+" SET synchronous_commit = off")
	open(t, separated(d))
	for statement, want := range map[string]string{
		`SELECT bothost.begin_turn('a', 'c', gen_random_uuid(), 'h', 0, '', '', 'user', '[]', 0, 0, 0, '', NULL)`: "off",
		`SELECT bothost.commit_turn('a', 'c', gen_random_uuid(), 'complete', '{assistant}', '{[]}', '{0}', '', '', 0, 0,
			NULL, NULL, NULL, NULL, NULL)`: "on",
		`SELECT bothost.delete_conversation('a', 'c')`:      "on",
		`SELECT bothost.purge_tenant('a')`:                  "on",
		`SELECT bothost.put_tenant('a', '{}', NULL, false)`: "on",
		`SELECT bothost.create_key('k', 'a', '', '\x00')`:   "on",
		`SELECT bothost.revoke_key('a', 'k')`:               "on",
		`SELECT bothost.delete_tenant('a', true)`:           "on",
	} {
		connection := d.Connect(t, d.Ordinary)
		ctx := context.Background()
		var got string
		for _, statement := range []string{`BEGIN`, statement} {
			if _, err := connection.Exec(ctx, statement); err != nil {
				t.Fatalf("%s: %v", statement, err)
			}
		}
		if err := connection.QueryRow(ctx, `SHOW synchronous_commit`).Scan(&got); err != nil || got != want {
			t.Errorf("%s: synchronous_commit is %q, %v; want %q", statement, got, err, want)
		}
		if _, err := connection.Exec(ctx, `COMMIT`); err != nil {
			t.Fatal(err)
		}
	}
}

// The whole of a store's work is done by a role that owns nothing and is bound by
// row-level security.
func TestTheRoleThatServesOwnsNothing(t *testing.T) {
	t.Parallel()
	d := server.Database(t)
	s := open(t, separated(d))
	beat(t, s)
	turn(t, s, scope, "hello")
	if _, err := s.ListConversations(t.Context(), store.ListConversations{Tenant: scope.Tenant, Limit: 10}); err != nil {
		t.Error(err)
	}
	if one[bool](t, d, d.Superuser, `
		SELECT rolsuper OR rolbypassrls OR rolcreaterole OR EXISTS (SELECT FROM pg_class WHERE relowner = r.oid)
		    OR EXISTS (SELECT FROM pg_proc WHERE proowner = r.oid) OR EXISTS (SELECT FROM pg_auth_members WHERE member = r.oid)
		FROM pg_roles r WHERE rolname = $1`, d.Ordinary.User) {
		t.Error("the role that serves in these tests is no ordinary one")
	}
}
