package postgres_test

import (
	"slices"
	"strings"
	"testing"
)

// workload is what is done to a database of any size.
type workload struct {
	name string
	// maxRows is how many rows of all tables may be read for it.
	maxRows   float64
	statement string
}

// A window of 20 messages is 10 turns.
const maxWindowRows = 20 + 2*10

// conversationWork is what is done to a conversation, $c, of any length.
var conversationWork = []workload{
	{"begin", maxWindowRows + 10, `SELECT * FROM bothost.begin_turn('acme', $c, gen_random_uuid(), 'host-1', 0, '', '',
		'user', '[]', 0, 20, 1000000, '', NULL)`},
	{"begin with a key", maxWindowRows + 10, `SELECT * FROM bothost.begin_turn('acme', $c, gen_random_uuid(), 'host-1', 0,
		gen_random_uuid()::text, '', 'user', '[]', 0, 20, 1000000, '', NULL)`},
	{"replay", 10, `SELECT * FROM bothost.begin_turn('acme', $c, gen_random_uuid(), 'host-1', 0, 'key5', '',
		'user', '[]', 0, 20, 1000000, '', NULL)`},
	{"begin and commit", maxWindowRows + 20, beginAndCommit},
	{"begin and fail", maxWindowRows + 20, `WITH begun AS MATERIALIZED (
			SELECT token, bothost.begin_turn('acme', $c, token, 'host-1', 1000000, '', '', 'user', '[]', 0, 20, 1000000, '', NULL)
			FROM gen_random_uuid() token)
		SELECT bothost.fail_turn('acme', $c, token, 'failed', 'test') FROM begun`},
	{"commit what is not pending", 5, `SELECT bothost.commit_turn('acme', $c, gen_random_uuid(), 'complete',
		'{assistant}', '{[]}', '{0}', '', '', 0, 0, NULL, NULL, NULL, NULL, NULL)`},
	{"get", 5, `SELECT id FROM bothost.get_conversation('acme', $c)`},
	{"first page", 3 * 10, `SELECT turn_number FROM bothost.list_messages('acme', $c, 0, -1, 9, 1000000)`},
	{"later page", 3 * 10, `SELECT turn_number FROM bothost.list_messages('acme', $c, 2500, 0, 9, 1000000)`},
}

const beginAndCommit = `WITH begun AS MATERIALIZED (
		SELECT token, bothost.begin_turn('acme', $c, token, 'host-1', 1000000, '', '', 'user', '[]', 0, 20, 1000000, '', NULL)
		FROM gen_random_uuid() token)
	SELECT bothost.commit_turn('acme', $c, token, 'complete', '{assistant}', '{[]}', '{0}', '', '', 0, 0,
		'p', 'f', 1, 1, '') FROM begun`

// tenantWork is what is done to a tenant with many conversations, and among many
// tenants.
var tenantWork = []workload{
	{"begin a new conversation", 10, `SELECT * FROM bothost.begin_turn('acme', gen_random_uuid()::text, gen_random_uuid(),
		'host-1', 0, '', '', 'user', '[]', 0, 20, 1000000, '', NULL)`},
	{"conversations", 25, `SELECT id FROM bothost.list_conversations('acme', '', now() + interval '1 day', '', 20)`},
	{"later conversations", 25, `SELECT id FROM bothost.list_conversations('acme', '', now() - interval '2500 seconds', 'x', 20)`},
	{"conversations of a user", 25, `SELECT id FROM bothost.list_conversations('acme', 'u7', now() - interval '2500 seconds', 'x', 20)`},
	{"delete nothing", 5, `SELECT bothost.delete_conversation('acme', 'no such')`},
	{"delete a conversation of one turn", 15, `SELECT bothost.delete_conversation('acme', 'c' || 9000 + floor(random() * 1000))`},
	{"purge a small tenant", 15, `SELECT bothost.purge_tenant('t' || 10000 + floor(random() * 10000))`},
}

// maxHolders is how many rows the leases of hosts can be: those of an hour.
const maxHolders = 60

// registryWork is what is done to the registry.
var registryWork = []workload{
	{"heartbeat", 2 * maxHolders, `SELECT bothost.heartbeat('host-1', 3600000000)`},
	{"retire", maxHolders, `SELECT bothost.retire('host-9')`},
	{"get tenant", 1, `SELECT name FROM bothost.get_tenant('acme')`},
	{"tenants", 51, `SELECT name FROM bothost.list_tenants('', 51)`},
	{"tenants behind many that were deleted", 51, `SELECT name FROM bothost.list_tenants('t20000', 51)`},
	{"put tenant", 10, `SELECT bothost.put_tenant('acme', '{}', NULL, false)`},
	{"new tenant", 10, `SELECT bothost.put_tenant(gen_random_uuid()::text, '{}', NULL, false)`},
	{"switch tenant", 10, `SELECT bothost.set_tenant_active('acme', random() < 0.5)`},
	{"delete tenant", 10, `SELECT bothost.delete_tenant('t' || 40000 + floor(random() * 10000), false)`},
	{"get key", 2, `SELECT id FROM bothost.get_key('key-777')`},
	{"keys of a tenant that had many", 20, `SELECT id FROM bothost.list_keys('acme')`},
	{"create key", 5, `SELECT bothost.create_key(gen_random_uuid()::text, 't777', '', '')`},
	{"revoke key", 5, `SELECT bothost.revoke_key('t' || i, 'key-' || i) FROM (SELECT 50000 + floor(random() * 10000) AS i) _`},
	{"look for changes", 5, `SELECT revision FROM bothost.changes_after((SELECT bothost.registry_revision()), 500)`},
	{"fall behind by many changes", 500, `SELECT revision FROM bothost.changes_after(10, 500)`},
}

// everything is all that is done, the conversation being "long".
func everything() []workload {
	all := slices.Concat(conversationWork, tenantWork, registryWork)
	for i := range all {
		all[i].statement = on("long", all[i].statement)
	}
	return all
}

func on(conversation, statement string) string {
	return strings.ReplaceAll(statement, "$c", "'"+conversation+"'")
}

// small tables may be read as a whole: the registry is one row, and holders are
// as many as hosts.
var small = []string{"registry", "holders"}

// checkWork runs a workload and looks at its plans.
func checkWork(t *testing.T, explained explaining, w workload) {
	t.Helper()
	done := explained.run(t, w.statement)
	failed := false
	done.each(func(n node) {
		if !strings.HasPrefix(n.Type, "Index") && !slices.Contains(small, n.Relation) {
			t.Errorf("%s: %s of %s", w.name, n.Type, n.Relation)
			failed = true
		}
	})
	if rows := done.cost().rows; rows > w.maxRows {
		t.Errorf("%s: reads %v rows in %d statements, want at most %v", w.name, rows, len(done), w.maxRows)
		failed = true
	}
	for _, p := range done {
		if failed {
			t.Logf("%s", p.Text)
		}
	}
}
