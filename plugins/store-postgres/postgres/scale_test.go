package postgres_test

import "testing"

// What a turn reads and writes is the same in a conversation of 20 messages and
// in one of 100,000, and among few tenants and many. It runs while no other test
// does: long transactions, in other databases too, keep dead rows from being
// cleared away, which then are touched again and again.
func TestATurnCostsTheSameAtAnyScale(t *testing.T) {
	d := served(t)
	few := explainingConnection(t, d)
	seed(t, d, comparedConversations)
	execute(t, d, d.Superuser, `DELETE FROM bothost.conversations WHERE id = 'long'; ANALYZE`)
	alone := averageTurn(t, few, "short")

	execute(t, d, d.Superuser, `TRUNCATE bothost.conversations CASCADE`)
	seed(t, d, manyConversations, comparedConversations, manyTenants)
	execute(t, d, d.Superuser, `ANALYZE`)
	many := explainingConnection(t, d)
	short, long := averageTurn(t, many, "short"), averageTurn(t, many, "long")
	t.Logf("alone: %+v", alone)
	t.Logf("at 20 messages: %+v", short)
	t.Logf("at 100,000 messages: %+v", long)

	wantRatio(t, "rows read, by conversation", short.rows, long.rows)
	wantRatio(t, "blocks touched, by conversation", short.blocks, long.blocks)
	wantRatio(t, "bytes written, by conversation", short.written, long.written)
	// The height of an index grows, by a block or two, and with it blocks, and the
	// bytes of a leaf that is split.
	wantRatio(t, "rows read, by tenants", alone.rows, short.rows)
	if short.written > 1.5*alone.written {
		t.Errorf("bytes written among 100,000 tenants are %v, and %v alone", short.written, alone.written)
	}
}

// averageTurn runs turns of a conversation, and gives what one of them takes.
func averageTurn(t *testing.T, explained explaining, conversation string) cost {
	t.Helper()
	const turns = 60
	explained.run(t, on(conversation, beginAndCommit))
	var total cost
	for range turns {
		one := explained.once(t, on(conversation, beginAndCommit)).cost()
		total.rows += one.rows
		total.blocks += one.blocks
		total.written += one.written
	}
	return cost{total.rows / turns, total.blocks / turns, total.written / turns}
}

func wantRatio(t *testing.T, what string, small, large float64) {
	t.Helper()
	if small == 0 || large/small > 1.2 {
		t.Errorf("%s: %v at the small end and %v at the large, want a ratio of at most 1.2", what, small, large)
	}
}
