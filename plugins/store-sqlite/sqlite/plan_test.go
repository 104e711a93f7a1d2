package sqlite_test

import (
	"context"
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
	if len(statements) < 20 {
		t.Fatalf("the suite has met only %d statements: %q", len(statements), statements)
	}
	subject := open(t, t.TempDir())
	for _, statement := range append(statements, sqlite.Reads()...) {
		checkPlan(t, subject, statement)
	}
}

func checkPlan(t *testing.T, subject *sqlite.Store, statement string) {
	t.Helper()
	plan, err := subject.Plan(t.Context(), statement)
	if err != nil {
		t.Fatalf("explain %s: %v", statement, err)
	}
	for _, step := range plan {
		isScan := strings.HasPrefix(step, "SCAN") && !mayScan(statement)
		if isScan || strings.Contains(step, "TEMP B-TREE") || strings.Contains(step, "AUTOMATIC") {
			t.Errorf("the work of %s\ngrows with its tables:\n%s", statement, strings.Join(plan, "\n"))
		}
	}
}

func mayScan(statement string) bool {
	for _, scan := range scans {
		if strings.Contains(statement, scan) {
			return true
		}
	}
	return false
}

func TestWindowIsReadFromItsIndex(t *testing.T) {
	t.Parallel()
	subject := open(t, t.TempDir())
	plan, err := subject.Plan(t.Context(), sqlite.WindowStatement)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"SEARCH t USING INDEX turns_in_window (tenant=? AND conversation=?)",
		"SEARCH m USING PRIMARY KEY (tenant=? AND conversation=? AND turn=?)",
	}
	if strings.Join(plan, "\n") != strings.Join(want, "\n") {
		t.Errorf("got the plan\n%s\nwant\n%s", strings.Join(plan, "\n"), strings.Join(want, "\n"))
	}
}
