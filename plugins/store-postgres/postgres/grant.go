package postgres

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
)

// grants is what the role that serves needs: the conversations' tables, on
// which row-level security binds it, and the functions. The tables that span
// tenants are out of its reach.
const grants = `
	GRANT USAGE ON SCHEMA bothost TO $role;
	GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA bothost TO $role;
	GRANT SELECT ON bothost.schema_versions TO $role;
	GRANT SELECT, INSERT, UPDATE, DELETE
		ON bothost.conversations, bothost.turns, bothost.messages, bothost.memory_states TO $role;`

const granted = `
	SELECT has_schema_privilege($1, 'bothost', 'USAGE')
	   AND has_table_privilege($1, 'bothost.schema_versions', 'SELECT')
	   AND (SELECT bool_and(has_function_privilege($1, oid, 'EXECUTE'))
	        FROM pg_proc WHERE pronamespace = 'bothost'::regnamespace)
	   AND (SELECT bool_and(has_table_privilege($1, oid, privilege))
	        FROM pg_class, unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) privilege
	        WHERE relnamespace = 'bothost'::regnamespace
	          AND relname IN ('conversations', 'turns', 'messages', 'memory_states'))`

// grant lets the role that serves use the schema of the role that connection
// is of, if that is another one and it cannot already.
func grant(ctx context.Context, connection *pgx.Conn, role string) error {
	if role == connection.Config().User {
		return nil
	}
	err := pgx.BeginFunc(ctx, connection, func(tx pgx.Tx) error {
		var done bool
		if err := tx.QueryRow(ctx, granted, role).Scan(&done); err != nil {
			return fmt.Errorf("read its privileges: %w", err)
		}
		if done {
			return nil
		}
		if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock($1)`, int64(migrationLock)); err != nil {
			return fmt.Errorf("wait for other instances: %w", err)
		}
		_, err := tx.Exec(ctx, strings.ReplaceAll(grants, "$role", pgx.Identifier{role}.Sanitize()))
		return err
	})
	if err != nil {
		return fmt.Errorf("grant the role %q the use of the schema: %w", role, err)
	}
	return nil
}
