package postgres_test

import (
	"testing"

	"github.com/bothost/bothost/plugins/store-postgres/pgtest"
)

// partition has the schema, which is not made yet, made in so many partitions;
// DEFAULT stands for none.
func partition(t *testing.T, d *pgtest.Database, count string) {
	t.Helper()
	execute(t, d, d.Superuser, "ALTER DATABASE "+d.Name+" SET bothost.partitions TO "+count)
}
