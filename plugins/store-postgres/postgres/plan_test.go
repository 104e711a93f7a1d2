package postgres_test

import (
	"context"
	"testing"

	"github.com/bothost/bothost/plugins/store-postgres/pgtest"
)

// The functions of the schema must read only what they answer, however long the
// conversation is and however many there are. That must hold too while the server
// knows nothing of the tables' contents, and for plans that it made when the
// tables were empty.
func TestWorkIsIndependentOfTheAmountOfData(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		planEarly  bool
		statistics string
	}{
		"planned when empty": {planEarly: true},
		"unknown contents":   {},
		"known contents":     {statistics: "ANALYZE"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := server.Database(t)
			beat(t, open(t, separated(d)))
			explained := explainingConnection(t, d)
			if test.planEarly {
				for _, w := range work {
					explained.run(t, w.statement)
				}
				purge(t, d)
			}
			fill(t, d, test.statistics)
			for _, w := range work {
				checkWork(t, w, explained.run(t, w.statement))
			}
		})
	}
}

// work is what is done to a conversation of any length.
var work = []workload{
	{"begin", 20 + 2*10 + 10, `SELECT * FROM bothost.begin_turn('acme', 'long', gen_random_uuid(), 'host-1', 0, '', '',
		'user', '[]', 0, 20, 1000000, '', NULL)`},
	{"begin with a key", 20 + 2*10 + 10, `SELECT * FROM bothost.begin_turn('acme', 'long', gen_random_uuid(), 'host-1', 0,
		gen_random_uuid()::text, '', 'user', '[]', 0, 20, 1000000, '', NULL)`},
	{"begin and commit", 20 + 2*10 + 20, `WITH begun AS MATERIALIZED (
			SELECT token, bothost.begin_turn('acme', 'long', token, 'host-1', 1000000, '', '', 'user', '[]', 0, 20, 1000000, '', NULL)
			FROM gen_random_uuid() token)
		SELECT bothost.commit_turn('acme', 'long', token, 'complete', '{assistant}', '{[]}', '{0}', '', '', 0, 0,
			'p', 'f', 1, 1, '') FROM begun`},
	{"commit what is not pending", 5, `SELECT bothost.commit_turn('acme', 'long', gen_random_uuid(), 'complete',
		'{assistant}', '{[]}', '{0}', '', '', 0, 0, NULL, NULL, NULL, NULL, NULL)`},
	{"get", 5, `SELECT id FROM bothost.get_conversation('acme', 'long')`},
	{"first page", 3 * 21, `SELECT turn_number FROM bothost.list_messages('acme', 'long', 0, -1, 20, 1000000)`},
	{"later page", 3 * 21, `SELECT turn_number FROM bothost.list_messages('acme', 'long', 2500, 0, 20, 1000000)`},
	{"conversations", 25, `SELECT id FROM bothost.list_conversations('acme', '', now() + interval '1 day', '', 20)`},
	{"later conversations", 25, `SELECT id FROM bothost.list_conversations('acme', '', now() - interval '2500 seconds', 'x', 20)`},
	{"conversations of a user", 25, `SELECT id FROM bothost.list_conversations('acme', 'u7', now() - interval '2500 seconds', 'x', 20)`},
	{"delete nothing", 5, `SELECT bothost.delete_conversation('acme', 'no such')`},
}

type workload struct {
	name string
	// maxRows is how many rows of all tables may be read for it.
	maxRows   float64
	statement string
}

func checkWork(t *testing.T, w workload, plans []plan) {
	t.Helper()
	rows := 0.0
	for _, p := range plans {
		rows += p.Root.read(t)
	}
	if len(plans) > 0 && rows <= w.maxRows {
		return
	}
	t.Errorf("%s: read %v rows in %d statements, want at most %v", w.name, rows, len(plans), w.maxRows)
	for _, p := range plans {
		t.Logf("%v rows: %s", p.Root.read(t), p.Text)
	}
}

func purge(t *testing.T, d *pgtest.Database) {
	t.Helper()
	if _, err := d.Connect(t, d.Owner).Exec(context.Background(), `SELECT bothost.purge_tenant('acme')`); err != nil {
		t.Fatalf("purge: %v", err)
	}
}

// fill makes one conversation of 5,000 turns, half of which failed, among as many
// short ones.
func fill(t *testing.T, d *pgtest.Database, statistics string) {
	t.Helper()
	_, err := d.Connect(t, d.Superuser).Exec(context.Background(), `
		INSERT INTO bothost.conversations (tenant, id, turns, user_id, created_at, updated_at)
		SELECT tenant, 'c' || i, 0, 'u' || i % 10, now(), now() - i * interval '1 second'
		FROM generate_series(1, 5000) i, unnest(ARRAY['acme', 'other']) tenant;
		INSERT INTO bothost.conversations (tenant, id, turns, user_id, created_at, updated_at)
		VALUES ('acme', 'long', 5000, '', now(), now());
		INSERT INTO bothost.turns (tenant, conversation, turn, token, status, holder, deadline, request_hash,
			window_messages, window_bytes, began_at, ended_at)
		SELECT 'acme', 'long', i, gen_random_uuid(), CASE WHEN i % 2 = 0 THEN 'complete' ELSE 'failed' END, 'host-1', now(), '',
			CASE WHEN i % 2 = 0 THEN 2 ELSE 0 END, 20, now(), now()
		FROM generate_series(1, 5000) i;
		INSERT INTO bothost.messages (tenant, conversation, turn, index, role, parts, bytes, created_at)
		SELECT 'acme', 'long', i, j, 'user', '[]', 10, now()
		FROM generate_series(1, 5000) i, generate_series(0, 1) j WHERE i % 2 = 0 OR j = 0;`+statistics)
	if err != nil {
		t.Fatalf("fill the database: %v", err)
	}
}
