package sqlite_test

import (
	"context"
	"database/sql"
	"strings"
	"testing"

	"github.com/bothost/bothost/plugins/store-sqlite/sqlite"
	"github.com/bothost/bothost/sdk"
	"github.com/bothost/bothost/sdk/plugintest"
)

// scans lists the statements that may read a whole table, since it is a short one.
var scans = []string{
	"DELETE FROM holders WHERE expires_at <= ?1",
	"FROM schema_version", "FROM sqlite_schema", "UPDATE registry",
}

// TestConformance runs the suite, which meets every statement, and checks that
// each of them finds its rows by an index and in order.
func TestConformance(t *testing.T) {
	t.Parallel()
	var statements []string
	t.Run("suite", func(t *testing.T) {
		var subject *sqlite.Store
		plugintest.TestStore(t, func(ctx context.Context, config sqlite.Config, settings sdk.Settings) (_ *sqlite.Store, err error) {
			subject, err = sqlite.Open(ctx, config, settings)
			return subject, err
		}, map[string]any{"path": "folder/of its own/50%?#.db"})
		t.Cleanup(func() { statements = subject.Statements() })
	})
	if len(statements) < 40 {
		t.Fatalf("the suite has met only %d statements: %q", len(statements), statements)
	}
	db := database(t, filled(t, 1))
	for _, statement := range statements {
		checkPlan(t, db, statement)
	}
}

func checkPlan(t *testing.T, db *sql.DB, statement string) {
	t.Helper()
	steps := plan(t, db, statement)
	for _, step := range steps {
		isScan := strings.HasPrefix(step, "SCAN") && !mayScan(statement)
		if isScan || strings.Contains(step, "TEMP B-TREE") || strings.Contains(step, "AUTOMATIC") {
			t.Errorf("the work of %s\ngrows with its tables:\n%s", statement, strings.Join(steps, "\n"))
		}
	}
}

// plan tells how SQLite carries out a statement.
func plan(t *testing.T, db *sql.DB, statement string) (steps []string) {
	t.Helper()
	const maxParameters = 16 // or more, but not less
	rows, err := db.QueryContext(t.Context(), `EXPLAIN QUERY PLAN `+statement, make([]any, maxParameters)...)
	if err != nil {
		t.Fatalf("explain %s: %v", statement, err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var id, parent, unused int
		var step string
		if err := rows.Scan(&id, &parent, &unused, &step); err != nil {
			t.Fatal(err)
		}
		steps = append(steps, step)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return steps
}

// database opens a store's file with another program's means.
func database(t *testing.T, folder string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", file(folder))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func mayScan(statement string) bool {
	for _, scan := range scans {
		if strings.Contains(statement, scan) {
			return true
		}
	}
	return false
}

func TestWindowIsReadInOrder(t *testing.T) {
	t.Parallel()
	want := "SEARCH messages USING PRIMARY KEY (tenant=? AND conversation=? AND turn<?)"
	if got := plan(t, database(t, filled(t, 1)), sqlite.WindowStatement); len(got) != 1 || got[0] != want {
		t.Errorf("got the plan %q, want %q", got, want)
	}
}
