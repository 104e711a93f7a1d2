//go:build !race

package sqlite_test

// longTurns makes a conversation of 100,000 messages.
const longTurns = 50_000
