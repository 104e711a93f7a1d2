package postgres_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
)

// written is what became of a table's rows.
type written struct {
	Table    string
	Inserted int
	Updated  int
	// InPlace are updates for which no index was written.
	InPlace int
	Deleted int
}

// Each row that a turn changes leaves a dead one behind, and each change of what
// is indexed an entry in every index. A conversation's place among the others
// changes when a turn ends, and a turn enters the window then; a conversation in
// which a turn begins is replaced in place, as a memory state is, and messages are
// never touched again.
func TestWhatATurnDoesToRows(t *testing.T) {
	t.Parallel()
	d := served(t)
	ctx := context.Background()
	transaction, err := d.Connect(t, d.Ordinary).Begin(ctx)
	if err != nil {
		t.Fatal(err)
	}
	const turns = 20
	for range turns {
		if _, err := transaction.Exec(ctx, on("c", beginAndCommit)); err != nil {
			t.Fatal(err)
		}
	}
	rows, err := transaction.Query(ctx, `SELECT relname, n_tup_ins, n_tup_upd, n_tup_hot_upd, n_tup_del
		FROM pg_stat_xact_user_tables WHERE schemaname = 'bothost' AND n_tup_ins + n_tup_upd + n_tup_del > 0 ORDER BY relname`)
	if err != nil {
		t.Fatal(err)
	}
	got, err := pgx.CollectRows(rows, pgx.RowToStructByPos[written])
	if err != nil {
		t.Fatal(err)
	}
	want := []written{
		{Table: "conversations", Inserted: 1, Updated: 2 * turns, InPlace: turns},
		{Table: "memory_states", Inserted: 1, Updated: turns - 1, InPlace: turns - 1},
		{Table: "messages", Inserted: 2 * turns},
		{Table: "turns", Inserted: turns, Updated: turns},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("what %d turns wrote (-want +got):\n%s", turns, diff)
	}
	if err := transaction.Rollback(ctx); err != nil {
		t.Error(err)
	}
}
