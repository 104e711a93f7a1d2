package postgres_test

import (
	"context"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
)

// The server's catalog is asked, so that a promise holds of tables and functions
// that are added, too.
func TestPromisesAreKept(t *testing.T) {
	t.Parallel()
	for name, partitions := range map[string]string{"whole": "DEFAULT", "partitioned": "3"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := server.Database(t)
			partition(t, d, partitions)
			open(t, separated(d))
			connection := d.Connect(t, d.Superuser)
			for exception, p := range promises {
				rows, err := connection.Query(context.Background(), p.exceptions, pgx.NamedArgs{"role": d.Ordinary.User})
				if err != nil {
					t.Fatalf("%s: %v", exception, err)
				}
				found, err := pgx.CollectRows(rows, pgx.RowTo[string])
				if err != nil || len(found) > 0 {
					t.Errorf("%s: %q, %v", exception, found, err)
				}
			}
		})
	}
}

func TestBrokenPromisesAreNoticed(t *testing.T) {
	t.Parallel()
	d := server.Database(t)
	open(t, separated(d))
	connection := d.Connect(t, d.Superuser)
	for exception, p := range promises {
		for _, statement := range p.broken {
			if !noticed(t, connection, p.exceptions, statement, d.Ordinary.User) {
				t.Errorf("%s: is not noticed to make %s", statement, exception)
			}
		}
	}
}

// noticed says whether there are exceptions after a statement, which it undoes.
func noticed(t *testing.T, connection *pgx.Conn, exceptions, statement, role string) (there bool) {
	t.Helper()
	ctx := context.Background()
	transaction, err := connection.Begin(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := transaction.Rollback(ctx); err != nil {
			t.Fatal(err)
		}
	}()
	if _, err := transaction.Exec(ctx, strings.ReplaceAll(statement, "$role", role)); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
	err = transaction.QueryRow(ctx, `SELECT EXISTS (`+exceptions+`)`, pgx.NamedArgs{"role": role}).Scan(&there)
	if err != nil {
		t.Fatalf("%s: %v", exceptions, err)
	}
	return there
}
