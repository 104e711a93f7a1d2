package postgres

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/bothost/bothost/sdk/fault"
)

// inspection is what Check looks at.
type inspection struct {
	Server   string
	Database string
	Role     string
	// Bypasses tells that row-level security does not bind the role.
	Bypasses bool
	ReadOnly bool
	// Unforced lists tables without forced row-level security.
	Unforced []string
	Schema   int
	// Made is when the schema was made, which tells databases apart.
	Made time.Time
	// Isolation is that of a transaction that does not name one.
	Isolation string
	// Backend is the server's process that answered.
	Backend uint32

	// pooled tells that this is not the process that the connection was made
	// with: a pooler is in between.
	pooled bool
}

func inspect(ctx context.Context, connection *pgx.Conn) (*inspection, error) {
	rows, err := connection.Query(ctx, `
		SELECT current_setting('server_version'), current_database(), current_user,
		       (SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user),
		       current_setting('transaction_read_only')::boolean,
		       ARRAY(SELECT relname::text FROM pg_class
		             WHERE relnamespace = 'bothost'::regnamespace
		               AND relname IN ('conversations', 'turns', 'messages', 'memory_states')
		               AND NOT (relrowsecurity AND relforcerowsecurity) ORDER BY 1),
		       (SELECT max(version) FROM bothost.schema_versions),
		       (SELECT min(applied_at) FROM bothost.schema_versions),
		       current_setting('default_transaction_isolation'), pg_backend_pid()`)
	if err != nil {
		return nil, fmt.Errorf("inspect the database: %w", err)
	}
	found, err := pgx.CollectExactlyOneRow(rows, pgx.RowToAddrOfStructByPos[inspection])
	if err != nil {
		return nil, fmt.Errorf("inspect the database: %w", err)
	}
	found.pooled = found.Backend != connection.PgConn().PID()
	return found, nil
}

// problem is what keeps the database from being used as it should be, or nil.
func (i *inspection) problem(a *access) error {
	switch {
	case i.Bypasses:
		failure := fault.New(fault.Invalid,
			"store-postgres: the role %q bypasses row-level security, which keeps the tenants apart", i.Role).
			WithReason("row_security_bypassed").
			WithRemedy("serve as an ordinary role: CREATE ROLE bothost LOGIN PASSWORD '...'; ALTER DATABASE %q OWNER TO bothost; or keep this role as connection.owner.user", i.Database)
		failure.Fields = []fault.Field{{Key: a.key("user"), Message: failure.Remedy}}
		return failure
	case len(i.Unforced) > 0:
		return fault.New(fault.Invalid, "store-postgres: row-level security is not forced on %s", strings.Join(i.Unforced, ", ")).
			WithReason("row_security_off").
			WithRemedy("for each, as the owner: ALTER TABLE bothost.%s ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY", i.Unforced[0])
	case i.pooled && !a.directGiven:
		failure := fault.New(fault.Invalid, "store-postgres: %s is a pooler of connections, through which nobody can be notified", address(&a.pool.ConnConfig.Config)).
			WithReason("direct_missing").
			WithRemedy("say in connection.direct where the server itself is: until then waiting callers and changes of tenants take up to half a second longer")
		failure.Fields = []fault.Field{{Key: "connection.direct", Message: failure.Remedy}}
		return failure
	case i.Isolation != "read committed":
		return fault.New(fault.Invalid, "store-postgres: transactions of the role %q are %s, so that calls fail which need not", i.Role, i.Isolation).
			WithReason("isolation_level").
			WithRemedy("ALTER ROLE %q SET default_transaction_isolation = 'read committed'", i.Role)
	case i.ReadOnly:
		return fault.New(fault.Unavailable, "store-postgres: the database only reads").FromUpstream().
			WithRemedy("connect to the primary, or turn off default_transaction_read_only").WithRetryAfter(retryAfter)
	}
	return nil
}
