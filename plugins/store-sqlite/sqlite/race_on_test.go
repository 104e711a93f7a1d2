//go:build race

package sqlite_test

// longTurns makes a conversation that takes no minute to fill, since with the race
// detector SQLite takes ten times as long.
const longTurns = 5_000
