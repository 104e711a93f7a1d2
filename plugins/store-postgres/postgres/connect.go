package postgres

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/bothost/bothost/sdk/fault"
)

// connectTimeout bounds one attempt to connect, where a DSN does not say.
const connectTimeout = 10 * time.Second

const applicationName = "bothost store-postgres"

// access is how a database is reached, and by whom.
type access struct {
	pool *pgxpool.Config
	// direct reaches the server itself, as the role that serves.
	direct *pgx.ConnConfig
	// owner does so as the role that migrations run as.
	owner *pgx.ConnConfig
	// byDSN and directGiven say which keys of the configuration a problem is
	// about.
	byDSN, directGiven bool
}

// resolve turns a configuration into what pgx connects by.
func (c Config) resolve() (*access, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	calls, err := c.Connection.reach("dsn", c.DSN)
	if err != nil {
		return nil, err
	}
	direct, err := c.direct(calls)
	if err != nil {
		return nil, err
	}
	owner := direct.Copy()
	if c.Connection.Owner.User != "" {
		owner.User, owner.Password = c.Connection.Owner.User, c.Connection.Owner.Password
	}
	pool, err := c.pool(calls)
	if err != nil {
		return nil, err
	}
	return &access{
		pool: pool, direct: direct, owner: owner,
		byDSN: c.DSN != "", directGiven: c.Connection.Direct != Direct{},
	}, nil
}

// direct is the way to the server itself, given the way of calls.
func (c Config) direct(calls *pgx.ConnConfig) (*pgx.ConnConfig, error) {
	given := c.Connection.Direct
	if given == (Direct{}) {
		return calls.Copy(), nil
	}
	past := c.Connection
	past.Host, past.Port = cmp.Or(given.Host, past.Host), given.Port
	return past.reach("connection.direct.dsn", given.DSN)
}

// reach gives the way to a server by a connection string, which is the value of
// key, or by the connection's own keys if there is none.
func (c Connection) reach(key, dsn string) (*pgx.ConnConfig, error) {
	connection, err := pgx.ParseConfig(cmp.Or(dsn, c.text()))
	if err != nil {
		return nil, unreadable(key, dsn, err)
	}
	for name := range connection.RuntimeParams {
		if strings.HasPrefix(name, "pool_") {
			return nil, invalidConfig("store-postgres: read the configuration",
				[]fault.Field{{Key: key, Message: "must not contain " + name + "; use pool_size"}})
		}
	}
	if dsn == "" && c.Password != "" {
		connection.Password = c.Password
	}
	connection.ConnectTimeout = cmp.Or(connection.ConnectTimeout, connectTimeout)
	if connection.RuntimeParams["application_name"] == "" {
		connection.RuntimeParams["application_name"] = applicationName
	}
	// Statements get no names, which a pooler would not know on its next
	// connection. How they are answered is remembered on this side, so that each
	// is one round trip all the same.
	connection.DefaultQueryExecMode = pgx.QueryExecModeCacheDescribe
	return connection, nil
}

func (c Config) pool(calls *pgx.ConnConfig) (*pgxpool.Config, error) {
	pool, err := pgxpool.ParseConfig(calls.ConnString())
	if err != nil {
		return nil, unreadable("dsn", c.DSN, err)
	}
	pool.ConnConfig = calls
	pool.MaxConns = int32(min(cmp.Or(c.PoolSize, defaultPoolSize), math.MaxInt32))
	// A ping would be a second round trip of each turn on an idle host. A call
	// that finds its connection dead is repeated instead; see Store.run.
	pool.ShouldPing = func(context.Context, pgxpool.ShouldPingParams) bool { return false }
	return pool, nil
}

// text writes the connection as a connection string, without the password: so
// no message about the string can show it.
func (c Connection) text() string {
	quote := strings.NewReplacer(`\`, `\\`, `'`, `\'`)
	return fmt.Sprintf("host='%s' port=%d dbname='%s' user='%s' sslmode='%s'",
		quote.Replace(cmp.Or(c.Host, defaultHost)), cmp.Or(c.Port, defaultPort),
		quote.Replace(cmp.Or(c.Database, defaultName)), quote.Replace(cmp.Or(c.User, defaultName)),
		quote.Replace(cmp.Or(c.SSLMode, defaultSSLMode)))
}

// unreadable reports a connection string that pgx does not take. Of a DSN the
// message repeats nothing: there may be a password anywhere in it.
func unreadable(key, dsn string, err error) error {
	field := fault.Field{Key: "connection", Message: err.Error()}
	if dsn != "" {
		field = fault.Field{
			Key:     key,
			Message: "is no PostgreSQL connection string; write postgres://user:password@host:5432/database?sslmode=require",
		}
	}
	return invalidConfig("store-postgres: read the configuration", []fault.Field{field})
}

// key names the key of the configuration that a part of a connection comes
// from.
func (a *access) key(part string) string {
	if a.byDSN {
		return "dsn"
	}
	return "connection." + part
}

// address names a server, for people.
func address(connection *pgconn.Config) string {
	if strings.HasPrefix(connection.Host, "/") {
		return fmt.Sprintf("%s (port %d)", connection.Host, connection.Port)
	}
	return fmt.Sprintf("%s:%d", connection.Host, connection.Port)
}
