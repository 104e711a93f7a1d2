package postgres_test

import (
	"fmt"
	"testing"

	"github.com/bothost/bothost/plugins/store-postgres/pgtest"
	"github.com/bothost/bothost/sdk/store"
)

// The functions of the schema must read only what they answer, however long the
// conversation is and however many there are. That must hold too while the server
// knows nothing of the tables' contents, and for plans that it made when the
// tables were empty.
func TestWorkIsIndependentOfTheAmountOfData(t *testing.T) {
	t.Parallel()
	t.Run("never analyzed", func(t *testing.T) {
		t.Parallel()
		d := served(t)
		early := explainingConnection(t, d)
		for _, w := range everything() {
			early.run(t, w.statement)
		}
		execute(t, d, d.Superuser, `TRUNCATE bothost.conversations, bothost.tenants, bothost.api_keys, bothost.changes CASCADE`)
		seed(t, d, manyConversations, comparedConversations, manyTenants)
		checkEverything(t, map[string]explaining{
			"planned when empty": early,
			"of its choice":      explainingConnection(t, d),
			"for any argument":   explainingConnection(t, d, "plan_cache_mode = force_generic_plan"),
			"for each argument":  explainingConnection(t, d, "plan_cache_mode = force_custom_plan"),
		})
	})
	t.Run("analyzed", func(t *testing.T) {
		t.Parallel()
		d := served(t)
		s := open(t, separated(d))
		for i := range 100 {
			turn(t, s, store.Scope{Tenant: fmt.Sprint("early-", i%5), Conversation: fmt.Sprint(i % 20)}, "hello")
		}
		execute(t, d, d.Superuser, `ANALYZE`)
		seed(t, d, manyConversations, comparedConversations, manyTenants)
		checkEverything(t, map[string]explaining{
			"long ago":                   explainingConnection(t, d),
			"long ago, for any argument": explainingConnection(t, d, "plan_cache_mode = force_generic_plan"),
		})
		execute(t, d, d.Superuser, `ANALYZE`)
		checkEverything(t, map[string]explaining{
			"lately":                    explainingConnection(t, d),
			"lately, for any argument":  explainingConnection(t, d, "plan_cache_mode = force_generic_plan"),
			"lately, for each argument": explainingConnection(t, d, "plan_cache_mode = force_custom_plan"),
		})
	})
}

// served is a database with a schema and a living holder.
func served(t *testing.T) *pgtest.Database {
	t.Helper()
	d := server.Database(t)
	beat(t, open(t, separated(d)))
	return d
}

func checkEverything(t *testing.T, connections map[string]explaining) {
	t.Helper()
	for name, explained := range connections {
		t.Run(name, func(t *testing.T) {
			for _, w := range everything() {
				checkWork(t, explained, w)
			}
		})
	}
}
