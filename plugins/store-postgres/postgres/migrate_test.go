package postgres_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/bothost/bothost/plugins/store-postgres/pgtest"
	"github.com/bothost/bothost/plugins/store-postgres/postgres"
	"github.com/bothost/bothost/sdk"
	"github.com/bothost/bothost/sdk/fault"
)

func TestManyInstancesMayStartAtOnce(t *testing.T) {
	t.Parallel()
	for name, config := range map[string]func(*pgtest.Database) postgres.Config{
		"one role":  func(d *pgtest.Database) postgres.Config { return configFor(d, d.Owner) },
		"two roles": separated,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := server.Database(t)
			var (
				starting sync.WaitGroup
				stores   [8]*postgres.Store
				failures [8]error
			)
			for i := range stores {
				starting.Go(func() { stores[i], failures[i] = postgres.Open(t.Context(), config(d), sdk.Settings{}) })
			}
			starting.Wait()
			if err := errors.Join(failures[:]...); err != nil {
				t.Fatalf("open at once: %v", err)
			}
			beat(t, stores[0])
			for i, s := range stores {
				if begun := turn(t, s, scope, "hello"); begun.Turn != uint64(i+1) {
					t.Errorf("store %d began turn %d", i, begun.Turn)
				}
				if err := s.Close(); err != nil {
					t.Errorf("close: %v", err)
				}
			}
			if got := one[int](t, d, d.Superuser, `SELECT count(*) FROM bothost.schema_versions`); got != 1 {
				t.Errorf("version 1 was recorded %d times", got)
			}
		})
	}
}

func TestSchemaVersions(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		// recorded is an extra version in the database; 0: none.
		recorded int
		empty    bool
		migrate  string
		// want is a part of each of the error's sentences; none: it opens.
		want []string
	}{
		"verify without a schema":       {empty: true, migrate: "verify", want: []string{"has schema version 0", "needs 1", "migrate: auto"}},
		"verify what is current":        {migrate: "verify"},
		"the version after this one":    {recorded: 2, migrate: "auto"},
		"verify the version after this": {recorded: 2, migrate: "verify"},
		"a version too new":             {recorded: 3, migrate: "auto", want: []string{"has schema version 3", "reads 1 to 2"}},
		"verify a version too new":      {recorded: 3, migrate: "verify", want: []string{"has schema version 3", "reads 1 to 2"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := server.Database(t)
			config := configFor(d, d.Owner)
			if !test.empty {
				open(t, config)
			}
			if test.recorded != 0 {
				execute(t, d, d.Owner, `INSERT INTO bothost.schema_versions (version) VALUES ($1)`, test.recorded)
			}
			config.Migrate = test.migrate
			if len(test.want) == 0 {
				beat(t, open(t, config))
				return
			}
			wantRefusal(t, config, test.want...)
			if test.empty && one[bool](t, d, d.Superuser, `SELECT to_regnamespace('bothost') IS NOT NULL`) {
				t.Error("verify made a schema")
			}
		})
	}
}

func TestMigrationWithoutTheRight(t *testing.T) {
	t.Parallel()
	d := server.Database(t)
	wantRefusal(t, configFor(d, d.Ordinary), "permission denied", "connection.owner", "GRANT CREATE ON DATABASE")

	config := separated(d)
	config.Connection.Owner.User = d.Ordinary.User
	config.Connection.User = d.Owner.User
	wantRefusal(t, config, "permission denied", "GRANT CREATE ON DATABASE")
}

func TestServingWithoutTheRight(t *testing.T) {
	t.Parallel()
	d := server.Database(t)
	open(t, configFor(d, d.Owner))
	wantRefusal(t, configFor(d, d.Ordinary), "permission denied", "set connection.owner")
	config := configFor(d, d.Ordinary)
	config.Migrate = "verify"
	wantRefusal(t, config, "permission denied", "set connection.owner")
	// Naming the owner is all it takes, also for a schema that is current.
	beat(t, open(t, separated(d)))
	beat(t, open(t, config))
}

// wantRefusal opens a store, which must be a fault.Invalid that names a key or
// a remedy.
func wantRefusal(t *testing.T, config postgres.Config, parts ...string) {
	t.Helper()
	s, err := postgres.Open(t.Context(), config, sdk.Settings{})
	if err == nil {
		_ = s.Close()
		t.Fatal("Open succeeded")
	}
	if !fault.Is(err, fault.Invalid) || fault.As(err).Remedy == "" && len(fault.As(err).Fields) == 0 {
		t.Errorf("Open: %v is %s without a remedy, or not invalid", err, fault.As(err).Code)
	}
	for _, part := range parts {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("Open: %q does not say %q", err, part)
		}
	}
}

// one reads a single value past the store.
func one[T any](t *testing.T, d *pgtest.Database, role pgtest.Role, statement string, arguments ...any) (value T) {
	t.Helper()
	if err := d.Connect(t, role).QueryRow(context.Background(), statement, arguments...).Scan(&value); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
	return value
}

func execute(t *testing.T, d *pgtest.Database, role pgtest.Role, statement string, arguments ...any) {
	t.Helper()
	if _, err := d.Connect(t, role).Exec(context.Background(), statement, arguments...); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}
