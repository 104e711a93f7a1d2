package postgres_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/bothost/bothost/plugins/store-postgres/pgtest"
	"github.com/bothost/bothost/plugins/store-postgres/postgres"
	"github.com/bothost/bothost/sdk"
	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/plugintest"
	"github.com/bothost/bothost/sdk/store"
)

// pooled has calls go through a PgBouncer, and the rest directly.
func pooled(t *testing.T, d *pgtest.Database) postgres.Config {
	t.Helper()
	config := separated(d)
	config.Connection.Port = d.Pooler(t)
	config.Connection.Direct = postgres.Direct{Port: d.Port}
	return config
}

// Through a pooler that gives every transaction another connection, a store keeps
// the whole contract.
func TestConformanceThroughAPooler(t *testing.T) {
	t.Parallel()
	subject := open(t, pooled(t, server.Database(t)))
	for _, c := range plugintest.StoreCases() {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			c.Run(t, subject)
		})
	}
	for _, c := range plugintest.TenantCases() {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			c.Run(t, subject)
		})
	}
}

// More stores than the pooler has connections take turns in one conversation.
func TestTurnsOfManyStoresThroughAPooler(t *testing.T) {
	t.Parallel()
	config := pooled(t, server.Database(t))
	var stores [pgtest.PoolerConnections + 2]*postgres.Store
	for i := range stores {
		stores[i] = open(t, config)
	}
	beat(t, stores[0])
	takeTurns(t, stores[:], 6)
}

func TestCheckOfTheWayToTheServer(t *testing.T) {
	t.Parallel()
	d, other := server.Database(t), server.Database(t)
	open(t, configFor(other, other.Owner))
	open(t, separated(d))
	behind := pooled(t, d)
	for name, test := range map[string]struct {
		change func(*postgres.Config)
		reason string
		remedy string
	}{
		"directly besides": {change: func(*postgres.Config) {}},
		"directly only":    {change: func(c *postgres.Config) { c.Connection.Port, c.Connection.Direct.Port = d.Port, 0 }},
		"directly by DSN": {change: func(c *postgres.Config) {
			c.Connection.Direct = postgres.Direct{DSN: d.URL(d.Ordinary)}
		}},
		"by the pooler only": {
			func(c *postgres.Config) { c.Connection.Direct.Port = 0 },
			"direct_missing", "say in connection.direct where the server itself is",
		},
		"to the pooler twice": {
			func(c *postgres.Config) { c.Connection.Direct.Port = c.Connection.Port },
			"direct_wrong", "the PostgreSQL server itself",
		},
		"to another database": {
			func(c *postgres.Config) {
				c.Migrate = "verify"
				c.Connection.Direct = postgres.Direct{DSN: other.URL(other.Owner)}
			},
			"direct_wrong", "to one database",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			config := behind
			test.change(&config)
			s := open(t, config)
			summary, err := s.Check(t.Context())
			if test.reason == "" {
				if err != nil || !strings.Contains(summary, "PostgreSQL") {
					t.Errorf("Check = %q, %v", summary, err)
				}
				return
			}
			if !fault.HasReason(err, test.reason) || !strings.Contains(fault.As(err).Remedy, test.remedy) ||
				!slices.Equal(keysOf(err), []string{"connection.direct"}) {
				t.Errorf("Check: got %v about %q, want %s", err, keysOf(err), test.reason)
			}
			beat(t, s)
			turn(t, s, store.Scope{Tenant: "acme", Conversation: name}, "it works all the same")
		})
	}
}

// What a pooler refuses is the configuration's fault, and said to be.
func TestPoolerThatRefuses(t *testing.T) {
	t.Parallel()
	d := server.Database(t)
	behind := pooled(t, d)
	for name, test := range map[string]struct {
		change func(*postgres.Config)
		keys   []string
		remedy string
	}{
		"the password": {
			func(c *postgres.Config) { c.Connection.Password = secret },
			[]string{"connection.password", "connection.user"},
			"auth_file",
		},
		"the owner": {
			func(c *postgres.Config) {
				c.Connection.Direct = postgres.Direct{}
				c.Connection.Owner = postgres.Owner{User: d.Superuser.User, Password: d.Superuser.Password}
			},
			[]string{"connection.direct", "connection.owner.password", "connection.owner.user"},
			"connection.direct",
		},
		"the database": {
			func(c *postgres.Config) {
				c.Connection.Database = "nowhere"
				c.Connection.Direct = postgres.Direct{DSN: d.URL(d.Owner)}
			},
			[]string{"connection.database"},
			"the pooler's configuration",
		},
		"a setting": {
			func(c *postgres.Config) {
				port := c.Connection.Port
				*c = postgres.Config{DSN: strings.Replace(d.URL(d.Owner), strconv.Itoa(d.Port), strconv.Itoa(port), 1) + "&lock_timeout=1000"}
				c.Connection.Direct = postgres.Direct{DSN: d.URL(d.Owner)}
			},
			[]string{"dsn"},
			"ALTER ROLE",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			config := behind
			test.change(&config)
			_, err := postgres.Open(t.Context(), config, sdk.Settings{})
			if !fault.Is(err, fault.Invalid) || !strings.Contains(fault.As(err).Remedy, test.remedy) || !slices.Equal(keysOf(err), test.keys) {
				t.Errorf("Open: got %v about %q", err, keysOf(err))
			}
		})
	}
}
