package sqlite_test

import (
	"fmt"
	"testing"

	"github.com/bothost/bothost/plugins/store-sqlite/sqlite"
	"github.com/bothost/bothost/sdk"
)

// BenchmarkTurn measures a durable turn, begin and commit, at the end of
// conversations of different lengths: the numbers should be alike.
func BenchmarkTurn(b *testing.B) {
	for _, length := range []int{1, 1000} {
		b.Run(fmt.Sprint("after ", length), func(b *testing.B) {
			s, err := sqlite.Open(b.Context(), sqlite.Config{}, sdk.Settings{DataDir: b.TempDir()})
			if err != nil {
				b.Fatal(err)
			}
			defer func() { _ = s.Close() }()
			for range length {
				if _, err := runTurn(b.Context(), s, "holder"); err != nil {
					b.Fatal(err)
				}
			}
			for b.Loop() {
				if _, err := runTurn(b.Context(), s, "holder"); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
