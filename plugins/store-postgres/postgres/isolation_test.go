package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/bothost/bothost/plugins/store-postgres/pgtest"
	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/memory"
	"github.com/bothost/bothost/sdk/store"
)

// twoTenants is a database in which the tenants "a" and "b" have a conversation
// each.
func twoTenants(t *testing.T) *pgtest.Database {
	t.Helper()
	d := server.Database(t)
	s := open(t, separated(d))
	beat(t, s)
	for _, tenant := range []string{"a", "b"} {
		request := beginning(store.Scope{Tenant: tenant, Conversation: "c1"}, "hello")
		if _, err := s.BeginTurn(t.Context(), request); err != nil {
			t.Fatal(err)
		}
		commit := committing(request, "hello")
		commit.State = &memory.State{Plugin: "memory-x", Data: []byte("state")}
		if _, err := s.CommitTurn(t.Context(), commit); err != nil {
			t.Fatal(err)
		}
	}
	return d
}

// tenantTables are those on which row-level security keeps tenants apart. Each
// must have rows of both tenants, or nothing would be shown by it.
func tenantTables(t *testing.T, d *pgtest.Database) []string {
	t.Helper()
	connection := d.Connect(t, d.Superuser)
	rows, err := connection.Query(context.Background(), `SELECT relname FROM pg_class
		WHERE relnamespace = 'bothost'::regnamespace AND relrowsecurity AND NOT relispartition`)
	if err != nil {
		t.Fatal(err)
	}
	tables, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil || len(tables) == 0 {
		t.Fatalf("tables of tenants' data: %q, %v", tables, err)
	}
	for _, table := range tables {
		wantTenants(t, connection, table, "a", "b")
	}
	return tables
}

// Whoever uses the schema past the store's functions sees the tenant that it
// names, and none before it names one: the owner of the tables too.
func TestRowsAreSeenByTheirTenantOnly(t *testing.T) {
	t.Parallel()
	d := twoTenants(t)
	tables := tenantTables(t, d)
	for name, role := range map[string]pgtest.Role{"serving": d.Ordinary, "owner": d.Owner} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			connection := d.Connect(t, role)
			for _, table := range tables {
				wantTenants(t, connection, table)
				setTenant(t, connection, "a")
				wantTenants(t, connection, table, "a")
				setTenant(t, connection, "")
				wantTenants(t, connection, table)
			}
		})
	}
}

func wantTenants(t *testing.T, connection *pgx.Conn, table string, want ...string) {
	t.Helper()
	rows, err := connection.Query(context.Background(), `SELECT DISTINCT tenant FROM bothost.`+table+` ORDER BY tenant`)
	if err != nil {
		t.Fatal(err)
	}
	got, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("%s: see the rows of %q, %v; want those of %q", table, got, err, want)
	}
}

func setTenant(t *testing.T, connection *pgx.Conn, tenant string) {
	t.Helper()
	if _, err := connection.Exec(context.Background(), `SELECT set_config('bothost.tenant', $1, false)`, tenant); err != nil {
		t.Fatal(err)
	}
}

func TestRowsAreWrittenByTheirTenantOnly(t *testing.T) {
	t.Parallel()
	d := twoTenants(t)
	for _, table := range tenantTables(t, d) {
		// A row of b's, to be written by others.
		row := one[string](t, d, d.Superuser, `SELECT to_jsonb(t)::text FROM bothost.`+table+` t WHERE tenant = 'b' LIMIT 1`)
		insert := fmt.Sprintf(`INSERT INTO bothost.%[1]s SELECT * FROM jsonb_populate_record(NULL::bothost.%[1]s, '%[2]s')`, table, row)
		for _, tenant := range []string{"", "a"} {
			connection := d.Connect(t, d.Ordinary)
			setTenant(t, connection, tenant)
			wantDenied(t, connection, insert)
			if tenant == "a" {
				wantDenied(t, connection, `UPDATE bothost.`+table+` SET tenant = 'b'`)
			}
			wantNoRows(t, connection, `UPDATE bothost.`+table+` SET tenant = tenant WHERE tenant = 'b'`)
			wantNoRows(t, connection, `DELETE FROM bothost.`+table+` WHERE tenant = 'b'`)
		}
	}
}

func wantDenied(t *testing.T, connection *pgx.Conn, statement string) {
	t.Helper()
	_, err := connection.Exec(context.Background(), statement)
	if failure, ok := errors.AsType[*pgconn.PgError](err); !ok || failure.Code != "42501" {
		t.Errorf("%s: got %v, want that it is denied", statement, err)
	}
}

func wantNoRows(t *testing.T, connection *pgx.Conn, statement string) {
	t.Helper()
	tag, err := connection.Exec(context.Background(), statement)
	if err != nil || tag.RowsAffected() != 0 {
		t.Errorf("%s: touched %d rows, %v", statement, tag.RowsAffected(), err)
	}
}

// What a tenant does without a bound touches nothing of another's, references
// and what follows them included.
func TestDeletingEverythingLeavesTheOtherTenants(t *testing.T) {
	t.Parallel()
	d := twoTenants(t)
	tables := tenantTables(t, d)
	connection := d.Connect(t, d.Ordinary)
	setTenant(t, connection, "a")
	for _, table := range tables {
		if _, err := connection.Exec(context.Background(), `DELETE FROM bothost.`+table); err != nil {
			t.Fatal(err)
		}
	}
	admin := d.Connect(t, d.Superuser)
	for _, table := range tables {
		wantTenants(t, admin, table, "b")
	}
}

// The functions leave the tenant set for no statement after them.
func TestTheTenantEndsWithTheTransaction(t *testing.T) {
	t.Parallel()
	d := twoTenants(t)
	connection := d.Connect(t, d.Ordinary)
	if _, err := connection.Exec(context.Background(), `SELECT bothost.get_conversation('a', 'c1')`); err != nil {
		t.Fatal(err)
	}
	wantTenants(t, connection, "conversations")
}

func TestTheServingRoleReachesTheRegistryByFunctionsOnly(t *testing.T) {
	t.Parallel()
	d := twoTenants(t)
	connection := d.Connect(t, d.Ordinary)
	for _, statement := range []string{
		`SELECT * FROM bothost.tenants`, `SELECT * FROM bothost.api_keys`, `SELECT * FROM bothost.changes`,
		`SELECT * FROM bothost.registry`, `SELECT * FROM bothost.holders`,
		`SELECT bothost.record_change('tenant', 'a', '')`, `SELECT bothost.lock_registry()`,
		`TRUNCATE bothost.turns`, `INSERT INTO bothost.schema_versions (version) VALUES (9)`,
		`ALTER TABLE bothost.turns DISABLE ROW LEVEL SECURITY`,
	} {
		wantDenied(t, connection, statement)
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		role func(*pgtest.Database) pgtest.Role
		// before is done by the superuser to the open store's database.
		before string
		reason string
	}{
		"as owner":            {role: func(d *pgtest.Database) pgtest.Role { return d.Owner }},
		"as superuser":        {role: func(d *pgtest.Database) pgtest.Role { return d.Superuser }, reason: "row_security_bypassed"},
		"with BYPASSRLS":      {role: func(d *pgtest.Database) pgtest.Role { return d.Owner }, before: `ALTER ROLE $owner BYPASSRLS`, reason: "row_security_bypassed"},
		"with RLS turned off": {role: func(d *pgtest.Database) pgtest.Role { return d.Owner }, before: `ALTER TABLE bothost.turns NO FORCE ROW LEVEL SECURITY`, reason: "row_security_off"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := server.Database(t)
			s := open(t, configFor(d, test.role(d)))
			if test.before != "" {
				execute(t, d, d.Superuser, strings.ReplaceAll(test.before, "$owner", d.Owner.User))
			}
			summary, err := s.Check(t.Context())
			if test.reason == "" {
				if err != nil || summary == "" {
					t.Fatalf("Check = %q, %v", summary, err)
				}
				return
			}
			if !fault.HasReason(err, test.reason) || fault.As(err).Remedy == "" {
				t.Errorf("Check: got %v, want %s with a remedy", err, test.reason)
			}
			beat(t, s)
			turn(t, s, scope, "it works all the same")
		})
	}
}
