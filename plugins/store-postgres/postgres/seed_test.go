package postgres_test

import (
	"context"
	"testing"

	"github.com/bothost/bothost/plugins/store-postgres/pgtest"
)

// A large database has 100,000 tenants, a conversation of each of 20,000, and of
// the tenant "acme" 10,000 besides two that are compared: "long" has 100,000 messages of
// turns that were answered, among turns that failed, the last 2,000 of them, and
// "short" has 20 messages.

// manyConversations are one of each of other tenants, and acme's.
const manyConversations = `
	CREATE TEMPORARY TABLE many ON COMMIT DROP AS
		SELECT 't' || i AS tenant, 'c' AS id, i FROM generate_series(1, 20000) i
		UNION ALL SELECT 'acme', 'c' || i, i FROM generate_series(1, 10000) i;
	INSERT INTO bothost.conversations (tenant, id, turns, user_id, created_at, updated_at)
	SELECT tenant, id, 1, 'u' || i % 10, now(), now() - i * interval '1 second' FROM many;
	INSERT INTO bothost.turns (tenant, conversation, turn, token, status, holder, deadline, idempotency_key,
		request_hash, window_messages, window_bytes, began_at, ended_at)
	SELECT tenant, id, 1, gen_random_uuid(), 'complete', 'host-1', now(), 'key' || i, '', 2, 20, now(), now() FROM many;
	INSERT INTO bothost.messages (tenant, conversation, turn, index, role, parts, bytes, created_at)
	SELECT tenant, id, 1, j, 'user', '[]', 10, now() FROM many, generate_series(0, 1) j;
	INSERT INTO bothost.memory_states (tenant, conversation, plugin, format, through_turn, version, data)
	SELECT tenant, id, 'p', 'f', 1, 1, '' FROM many;`

// comparedConversations are acme's two.
const comparedConversations = `
	CREATE TEMPORARY TABLE compared ON COMMIT DROP AS
		SELECT 'long' AS id, i AS turn, i % 6 <> 0 AND i <= 60000 AS answered FROM generate_series(1, 62000) i
		UNION ALL SELECT 'short', i, true FROM generate_series(1, 10) i;
	INSERT INTO bothost.conversations (tenant, id, turns, user_id, created_at, updated_at)
	SELECT 'acme', id, max(turn), '', now(), now() FROM compared GROUP BY id;
	INSERT INTO bothost.turns (tenant, conversation, turn, token, status, holder, deadline, idempotency_key,
		request_hash, window_messages, window_bytes, began_at, ended_at)
	SELECT 'acme', id, turn, gen_random_uuid(), CASE WHEN answered THEN 'complete' ELSE 'failed' END, 'host-1', now(),
		'key' || turn, '', CASE WHEN answered THEN 2 ELSE 0 END, 20, now(), now()
	FROM compared;
	INSERT INTO bothost.messages (tenant, conversation, turn, index, role, parts, bytes, created_at)
	SELECT 'acme', id, turn, j, 'user', '[]', 10, now() FROM compared, generate_series(0, 1) j WHERE answered OR j = 0;`

// manyTenants are registered with a key each. Others have been deleted, and acme
// has had 1,000 keys that were revoked.
const manyTenants = `
	INSERT INTO bothost.tenants (name, uid, revision, config, active, created_at, updated_at, deleted_at)
	SELECT 't' || i, 'uid-' || i, i, '{}', true, now(), now(), CASE WHEN i BETWEEN 20000 AND 30000 THEN now() END
	FROM generate_series(1, 100000) i
	UNION ALL SELECT 'acme', 'uid-acme', 100001, '{}', true, now(), now(), NULL;
	INSERT INTO bothost.api_keys (id, tenant, tenant_uid, hash, created_at, revoked_at)
	SELECT 'key-' || i, 't' || i, 'uid-' || i, ''::bytea, now(), NULL::timestamptz FROM generate_series(1, 100000) i
	UNION ALL SELECT 'acme-' || i, 'acme', 'uid-acme', '', now(), CASE WHEN i < 1000 THEN now() END
	FROM generate_series(1, 1003) i;
	INSERT INTO bothost.changes (revision, type, tenant, key_id)
	SELECT i, 'tenant', 't' || i, '' FROM generate_series(1, 100000) i;
	UPDATE bothost.registry SET revision = 100001;
	INSERT INTO bothost.holders SELECT 'host-' || i, now() + interval '1 hour' FROM generate_series(1, 50) i
	ON CONFLICT DO NOTHING;`

// seed makes a database large. References are not looked at, which would take
// most of the time.
func seed(t *testing.T, d *pgtest.Database, contents ...string) {
	t.Helper()
	connection := d.Connect(t, d.Superuser)
	for _, statements := range append([]string{`SET session_replication_role = replica`}, contents...) {
		if _, err := connection.Exec(context.Background(), statements); err != nil {
			t.Fatalf("seed the database: %v", err)
		}
	}
}
