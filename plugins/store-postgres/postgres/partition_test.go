package postgres_test

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/bothost/bothost/plugins/store-postgres/pgtest"
	"github.com/bothost/bothost/plugins/store-postgres/postgres"
	"github.com/bothost/bothost/sdk"
	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/plugintest"
)

// partition has the schema, which is not made yet, made in so many partitions;
// DEFAULT stands for none.
func partition(t *testing.T, d *pgtest.Database, count string) {
	t.Helper()
	execute(t, d, d.Superuser, "ALTER DATABASE "+d.Name+" SET bothost.partitions TO "+count)
}

// partitionAsDocumented does what docs/operations.md says, to another database.
func partitionAsDocumented(t *testing.T, d *pgtest.Database) {
	t.Helper()
	page, err := os.ReadFile("../../../docs/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	statement := regexp.MustCompile(`ALTER DATABASE (\w+) SET bothost\.partitions[^;\n]*;`).FindStringSubmatch(string(page))
	if statement == nil {
		t.Fatal("docs/operations.md does not say how to have partitions")
	}
	execute(t, d, d.Superuser, strings.Replace(statement[0], statement[1], d.Name, 1))
}

func TestPartitionedByTenant(t *testing.T) {
	t.Parallel()
	d := server.Database(t)
	partitionAsDocumented(t, d)
	config := separated(d)
	wantOneConversationForAToken(t, config)
	leaves := one[int](t, d, d.Superuser, `SELECT count(*) FROM pg_class
		WHERE relnamespace = 'bothost'::regnamespace AND relkind = 'r' AND relispartition`)
	whole := one[int](t, d, d.Superuser, `SELECT count(*) FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
		WHERE relnamespace = 'bothost'::regnamespace AND relrowsecurity AND attname = 'tenant' AND relkind = 'r' AND NOT relispartition`)
	if leaves < 8 || whole != 0 {
		t.Fatalf("%d partitions, and %d tables of tenants' data without any", leaves, whole)
	}
	plugintest.TestStore(t, postgres.Open, map[string]any{"connection": map[string]any{
		"host": d.Host, "port": d.Port, "database": d.Name, "user": d.Ordinary.User, "password": d.Ordinary.Password,
		"owner": map[string]any{"user": d.Owner.User, "password": d.Owner.Password},
	}})
}

// A partition has another name for the index that a collision is about.
func wantOneConversationForAToken(t *testing.T, config postgres.Config) {
	t.Helper()
	s := open(t, config)
	beat(t, s)
	request := beginning(scope, "hello")
	if _, err := s.BeginTurn(t.Context(), request); err != nil {
		t.Fatal(err)
	}
	request.Conversation = "c2"
	if _, err := s.BeginTurn(t.Context(), request); !fault.Is(err, fault.Invalid) {
		t.Errorf("begin with the token of another conversation: got %v, want a fault.Invalid", err)
	}
}

// What is done to a tenant reads no partition but the tenant's, with plans for
// any tenant as with those for one.
func TestOnePartitionIsRead(t *testing.T) {
	t.Parallel()
	d := server.Database(t)
	partition(t, d, "4")
	beat(t, open(t, separated(d)))
	seed(t, d, manyConversations, comparedConversations, manyTenants)
	for _, mode := range []string{"force_generic_plan", "force_custom_plan"} {
		explained := explainingConnection(t, d, "plan_cache_mode = "+mode)
		for _, w := range everything() {
			checkWork(t, explained, w)
			if read := partitionsRead(explained.once(t, w.statement)); len(read) > 1 {
				t.Errorf("%s, %s: reads the partitions %v", mode, w.name, read)
			}
		}
	}
}

var partitionName = regexp.MustCompile(`_(\d+)$`)

// partitionsRead is the numbers of the partitions that an execution read.
func partitionsRead(done execution) map[string]bool {
	read := map[string]bool{}
	done.each(func(n node) {
		if number := partitionName.FindStringSubmatch(n.Relation); number != nil {
			read[number[1]] = true
		}
	})
	return read
}

func TestPartitionsThatCannotBe(t *testing.T) {
	t.Parallel()
	for _, count := range []string{"0", "1025", "'many'"} {
		d := server.Database(t)
		partition(t, d, count)
		s, err := postgres.Open(t.Context(), separated(d), sdk.Settings{})
		if err == nil {
			_ = s.Close()
			t.Errorf("a schema was made in %s partitions", count)
		} else if !strings.Contains(fmt.Sprint(err), strings.Trim(count, "'")) {
			t.Errorf("%s partitions: %v does not say so", count, err)
		}
	}
}
