package postgres

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/bothost/bothost/sdk/fault"
)

// connectTimeout bounds one attempt to connect, where a DSN does not say.
const connectTimeout = 10 * time.Second

const applicationName = "bothost store-postgres"

// access is how a database is reached, and by whom.
type access struct {
	pool *pgxpool.Config
	// owner connects as the role that migrations run as.
	owner *pgx.ConnConfig
	// byDSN says which keys of the configuration a problem is about.
	byDSN bool
}

// resolve turns a configuration into what pgx connects by.
func (c Config) resolve() (*access, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	text := c.DSN
	if text == "" {
		text = c.Connection.text()
	}
	pool, err := pgxpool.ParseConfig(text)
	if err != nil {
		return nil, c.unreadable(err)
	}
	if err := refusePoolSettings(text); err != nil {
		return nil, err
	}
	connection := pool.ConnConfig
	if c.DSN == "" && c.Connection.Password != "" {
		connection.Password = c.Connection.Password
	}
	connection.ConnectTimeout = cmp.Or(connection.ConnectTimeout, connectTimeout)
	if connection.RuntimeParams["application_name"] == "" {
		connection.RuntimeParams["application_name"] = applicationName
	}
	c.setPool(pool)
	owner := connection.Copy()
	if c.Connection.Owner.User != "" {
		owner.User, owner.Password = c.Connection.Owner.User, c.Connection.Owner.Password
	}
	return &access{pool: pool, owner: owner, byDSN: c.DSN != ""}, nil
}

func (c Config) setPool(pool *pgxpool.Config) {
	pool.MaxConns = int32(min(cmp.Or(c.PoolSize, defaultPoolSize), math.MaxInt32))
	pool.AfterConnect = adjustSession
	// A ping would be a second round trip of each turn on an idle host. A call
	// that finds its connection dead is repeated instead; see Store.run.
	pool.ShouldPing = func(context.Context, pgxpool.ShouldPingParams) bool { return false }
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
func (c Config) unreadable(err error) error {
	if c.DSN != "" {
		return invalidConfig("store-postgres: read the configuration", []fault.Field{{
			Key:     "dsn",
			Message: "is no PostgreSQL connection string; write postgres://user:password@host:5432/database?sslmode=require",
		}})
	}
	return invalidConfig("store-postgres: read the configuration", []fault.Field{{Key: "connection", Message: err.Error()}})
}

// refusePoolSettings refuses the settings of a pool that pgxpool reads from a
// DSN: pool_size is the one place for them.
func refusePoolSettings(text string) error {
	parsed, err := pgx.ParseConfig(text)
	if err != nil {
		return fmt.Errorf("store-postgres: read the configuration: %w", err)
	}
	for name := range parsed.RuntimeParams {
		if strings.HasPrefix(name, "pool_") {
			return invalidConfig("store-postgres: read the configuration",
				[]fault.Field{{Key: "dsn", Message: "must not contain " + name + "; use pool_size"}})
		}
	}
	return nil
}

// adjustSession undoes settings of a database or role that the store could not
// work with. A commit that does not wait for the disk would be none.
func adjustSession(ctx context.Context, connection *pgx.Conn) error {
	_, err := connection.Exec(ctx, `
		SELECT set_config('synchronous_commit', 'on', false)
		WHERE current_setting('synchronous_commit') = 'off';
		SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL READ COMMITTED`)
	if err != nil {
		return fmt.Errorf("adjust the session: %w", err)
	}
	return nil
}

// key names the key of the configuration that a part of a connection comes
// from.
func (a *access) key(part string) string {
	if a.byDSN {
		return "dsn"
	}
	return "connection." + part
}

// address names the server, for people.
func (a *access) address() string {
	connection := a.pool.ConnConfig
	if strings.HasPrefix(connection.Host, "/") {
		return fmt.Sprintf("%s (port %d)", connection.Host, connection.Port)
	}
	return fmt.Sprintf("%s:%d", connection.Host, connection.Port)
}
