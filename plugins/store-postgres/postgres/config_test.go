package postgres_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bothost/bothost/plugins/store-postgres/pgtest"
	"github.com/bothost/bothost/plugins/store-postgres/postgres"
	"github.com/bothost/bothost/sdk"
	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/schema"
)

const secret = "hunter2"

func TestConfigThatCannotWork(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		config postgres.Config
		keys   []string
	}{
		"dsn and host": {
			postgres.Config{DSN: "postgres://u:" + secret + "@h/d", Connection: postgres.Connection{Host: "h"}},
			[]string{"connection.host", "dsn"},
		},
		"dsn and more": {
			postgres.Config{DSN: "postgres://h/d", Connection: postgres.Connection{
				Port: 1, Database: "d", User: "u", Password: secret, SSLMode: "disable",
			}},
			[]string{"connection.database", "connection.password", "connection.port", "connection.sslmode", "connection.user", "dsn"},
		},
		"dsn and direct keys": {
			postgres.Config{DSN: "postgres://h/d", Connection: postgres.Connection{Direct: postgres.Direct{Host: "h"}}},
			[]string{"connection.direct"},
		},
		"direct keys and dsn": {
			postgres.Config{Connection: postgres.Connection{Direct: postgres.Direct{Port: 1, DSN: "postgres://h/d"}}},
			[]string{"connection.direct"},
		},
		"no direct dsn": {
			postgres.Config{Connection: postgres.Connection{Direct: postgres.Direct{DSN: "postgres://u:" + secret + "@h:port/d"}}},
			[]string{"connection.direct.dsn"},
		},
		"direct port out of range": {
			postgres.Config{Connection: postgres.Connection{Direct: postgres.Direct{Port: 70000}}},
			[]string{"connection.direct.port"},
		},
		"no dsn":            {postgres.Config{DSN: "postgres://u:" + secret + "@h:port/d"}, []string{"dsn"}},
		"pool in the dsn":   {postgres.Config{DSN: "postgres://h/d?pool_max_conns=3"}, []string{"dsn"}},
		"owner's password":  {postgres.Config{Connection: postgres.Connection{Owner: postgres.Owner{Password: secret}}}, []string{"connection.owner.user"}},
		"port out of range": {postgres.Config{Connection: postgres.Connection{Port: 70000}}, []string{"connection.port"}},
		"empty pool":        {postgres.Config{PoolSize: -1}, []string{"pool_size"}},
		"unknown migrate":   {postgres.Config{Migrate: "never"}, []string{"migrate"}},
		"unknown sslmode":   {postgres.Config{Connection: postgres.Connection{SSLMode: "sometimes"}}, []string{"connection"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := postgres.Open(t.Context(), test.config, sdk.Settings{})
			if !fault.Is(err, fault.Invalid) {
				t.Fatalf("Open: got %v, want a fault.Invalid", err)
			}
			if diff := cmp.Diff(test.keys, keysOf(err)); diff != "" {
				t.Errorf("keys (-want +got):\n%s", diff)
			}
			if strings.Contains(err.Error(), secret) {
				t.Errorf("the message shows the password: %v", err)
			}
		})
	}
}

// keysOf gives the keys that a fault is about, sorted.
func keysOf(err error) []string {
	var keys []string
	for _, field := range fault.As(err).Fields {
		keys = append(keys, field.Key)
	}
	slices.Sort(keys)
	return keys
}

// The host decides by these annotations what it hides, and what it drops when
// the address changes.
func TestSchema(t *testing.T) {
	t.Parallel()
	derived, err := schema.Of[postgres.Config]()
	if err != nil {
		t.Fatal(err)
	}
	for annotation, want := range map[string][]string{
		"x-secret":   {"connection.direct.dsn", "connection.owner.password", "connection.password", "dsn"},
		"x-endpoint": {"connection.direct.dsn", "connection.direct.host", "connection.direct.port", "connection.host", "connection.port", "dsn"},
	} {
		if diff := cmp.Diff(want, derived.Annotated(annotation)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", annotation, diff)
		}
	}
	decoded, err := schema.Decode[postgres.Config](derived, []byte(`{"dsn": "postgres://h/d"}`))
	if err != nil {
		t.Fatal(err)
	}
	want := postgres.Config{DSN: "postgres://h/d", PoolSize: 20, Migrate: "auto"}
	if diff := cmp.Diff(want, decoded); diff != "" {
		t.Errorf("defaults (-want +got):\n%s", diff)
	}
}

func TestDSN(t *testing.T) {
	t.Parallel()
	d := server.Database(t)
	s := open(t, postgres.Config{DSN: d.URL(d.Ordinary), PoolSize: 1, Connection: postgres.Connection{
		Owner: postgres.Owner{User: d.Owner.User, Password: d.Owner.Password},
	}})
	beat(t, s)
	turn(t, s, scope, "hello")
}

func TestUnixSocket(t *testing.T) {
	t.Parallel()
	d := server.Database(t)
	s := open(t, postgres.Config{Connection: postgres.Connection{
		Host: d.Socket, Port: d.Port, Database: d.Name, User: d.Owner.User,
	}})
	summary, err := s.Check(t.Context())
	if err != nil || !strings.Contains(summary, d.Socket) {
		t.Errorf("Check = %q, %v; want the socket's folder named", summary, err)
	}
}

// What the configuration is to blame for is Invalid and names its key; what may
// pass is Unavailable. Both say what to do.
func TestDatabaseThatCannotBeOpened(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		change func(*testing.T, *pgtest.Database, *postgres.Config)
		code   fault.Code
		keys   []string
		remedy string
	}{
		"nothing listens": {
			func(t *testing.T, _ *pgtest.Database, c *postgres.Config) { c.Connection.Port = 1 },
			fault.Unavailable, nil, "nothing answers at 127.0.0.1:1: start PostgreSQL there, or correct connection.host and connection.port",
		},
		"nothing listens directly": {
			func(t *testing.T, _ *pgtest.Database, c *postgres.Config) { c.Connection.Direct.Port = 1 },
			fault.Unavailable, nil, "nothing answers at 127.0.0.1:1: start PostgreSQL there, or correct connection.direct",
		},
		"wrong password": {
			func(t *testing.T, _ *pgtest.Database, c *postgres.Config) { c.Connection.Password = secret },
			fault.Invalid,
			[]string{"connection.password", "connection.user"},
			"check its name, its password",
		},
		"wrong password of the owner": {
			func(t *testing.T, d *pgtest.Database, c *postgres.Config) {
				c.Connection.User = d.Ordinary.User
				c.Connection.Owner = postgres.Owner{User: d.Owner.User, Password: secret}
			},
			fault.Invalid,
			[]string{"connection.owner.password", "connection.owner.user"},
			"check its name, its password",
		},
		"no such database": {
			func(t *testing.T, _ *pgtest.Database, c *postgres.Config) { c.Connection.Database = "nowhere" },
			fault.Invalid,
			[]string{"connection.database"},
			"createdb --owner=",
		},
		"no TLS": {
			func(t *testing.T, _ *pgtest.Database, c *postgres.Config) { c.Connection.SSLMode = "require" },
			fault.Invalid,
			[]string{"connection.sslmode"},
			"turn on ssl",
		},
		"another encoding": {
			func(t *testing.T, d *pgtest.Database, c *postgres.Config) {
				c.Connection.Database = d.Name + "_latin1"
				execute(t, d, d.Superuser, `CREATE DATABASE `+c.Connection.Database+` ENCODING LATIN1 TEMPLATE template0 OWNER `+d.Owner.User)
				t.Cleanup(func() { execute(t, d, d.Superuser, `DROP DATABASE `+c.Connection.Database+` WITH (FORCE)`) })
			},
			fault.Invalid, nil, "--encoding=UTF8",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := server.Database(t)
			config := configFor(d, d.Owner)
			test.change(t, d, &config)
			_, err := postgres.Open(t.Context(), config, sdk.Settings{})
			if !fault.Is(err, test.code) || !strings.Contains(fault.As(err).Remedy, test.remedy) {
				t.Fatalf("Open: got %v, a fault that is %v with the remedy %q", err, fault.As(err).Code, fault.As(err).Remedy)
			}
			if diff := cmp.Diff(test.keys, keysOf(err)); diff != "" {
				t.Errorf("keys (-want +got):\n%s", diff)
			}
			if strings.Contains(err.Error(), secret) {
				t.Errorf("the message shows the password: %v", err)
			}
			if test.code == fault.Unavailable && (fault.As(err).RetryAfter <= 0 || !fault.As(err).Upstream) {
				t.Errorf("Open: %+v says neither whose fault it is nor when to try again", fault.As(err))
			}
		})
	}
}
