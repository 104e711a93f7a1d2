package postgres

import (
	"github.com/bothost/bothost/sdk/fault"
)

// Config is what a store is opened with. Its zero value is a server on this
// machine.
//
// The keys of Connection have no defaults in the schema, because a default that
// is filled in could not be told from a key that was given beside a DSN.
type Config struct {
	Connection Connection `json:"connection,omitempty" jsonschema:"description=Where the server is and who connects."`
	DSN        string     `json:"dsn,omitempty" jsonschema:"description=A PostgreSQL connection string instead of the keys of connection: postgres://user:password@host:5432/database?sslmode=require" jsonschema_extras:"x-secret=true,x-endpoint=true"`
	PoolSize   int        `json:"pool_size,omitempty" jsonschema:"description=How many connections are kept at most for calls. Listening takes one more.,minimum=1,default=20"`
	Migrate    string     `json:"migrate,omitempty" jsonschema:"description=auto brings the schema up to date when the store is opened. verify only checks it.,enum=auto,enum=verify,default=auto"`
}

// Connection names a database and a role.
type Connection struct {
	Host     string `json:"host,omitempty" jsonschema:"description=Name or address of the server or the folder of its Unix socket. Default 127.0.0.1." jsonschema_extras:"x-endpoint=true"`
	Port     int    `json:"port,omitempty" jsonschema:"description=Port of the server. Default 5432.,minimum=1,maximum=65535" jsonschema_extras:"x-endpoint=true"`
	Database string `json:"database,omitempty" jsonschema:"description=Name of the database. Default bothost."`
	User     string `json:"user,omitempty" jsonschema:"description=Role that serves. Row-level security binds it unless it is a superuser. Default bothost."`
	Password string `json:"password,omitempty" jsonschema:"description=Password of the role." jsonschema_extras:"x-secret=true"`
	SSLMode  string `json:"sslmode,omitempty" jsonschema:"description=How far TLS is required. Default prefer.,enum=disable,enum=allow,enum=prefer,enum=require,enum=verify-ca,enum=verify-full"`
	Owner    Owner  `json:"owner,omitempty" jsonschema:"description=Role that owns the schema and changes it. Default: the role that serves."`
	Direct   Direct `json:"direct,omitempty" jsonschema:"description=Way past a pooler such as PgBouncer to the server itself. Notifications are heard and the schema is changed there. Default: as connection."`
}

// Owner is the role that migrations run as.
type Owner struct {
	User     string `json:"user,omitempty" jsonschema:"description=Name of the owner's role."`
	Password string `json:"password,omitempty" jsonschema:"description=Password of the owner's role." jsonschema_extras:"x-secret=true"`
}

// Direct is where the server itself is, if Connection leads to a pooler of
// connections: which of the pooler's connections a transaction gets, changes, so
// that nobody can be notified through it.
type Direct struct {
	Host string `json:"host,omitempty" jsonschema:"description=Name or address of the server or the folder of its Unix socket. Default: connection.host." jsonschema_extras:"x-endpoint=true"`
	Port int    `json:"port,omitempty" jsonschema:"description=Port of the server. Default 5432.,minimum=1,maximum=65535" jsonschema_extras:"x-endpoint=true"`
	DSN  string `json:"dsn,omitempty" jsonschema:"description=A PostgreSQL connection string instead; needed beside dsn." jsonschema_extras:"x-secret=true,x-endpoint=true"`
}

const (
	defaultHost     = "127.0.0.1"
	defaultPort     = 5432
	defaultName     = "bothost"
	defaultSSLMode  = "prefer"
	defaultPoolSize = 20

	migrateAuto   = "auto"
	migrateVerify = "verify"
)

// check finds what the schema cannot: keys that exclude each other. Like the
// schema it refuses values out of range, for callers that go without one.
func (c Config) check() error {
	var fields []fault.Field
	problem := func(key, message string) { fields = append(fields, fault.Field{Key: key, Message: message}) }
	c.checkDSN(problem)
	c.Connection.check(problem)
	if c.PoolSize < 0 {
		problem("pool_size", "must be at least 1")
	}
	if c.Migrate != "" && c.Migrate != migrateAuto && c.Migrate != migrateVerify {
		problem("migrate", "must be auto or verify")
	}
	if len(fields) == 0 {
		return nil
	}
	return invalidConfig("store-postgres: the configuration cannot work", fields)
}

// checkDSN finds what a connection string takes the place of.
func (c Config) checkDSN(problem func(key, message string)) {
	direct := c.Connection.Direct
	if (c.DSN != "" || direct.DSN != "") && (direct.Host != "" || direct.Port != 0) {
		problem("connection.direct", "is told by its dsn alone where there is a connection string")
	}
	given := c.Connection.given()
	if c.DSN == "" || len(given) == 0 {
		return
	}
	for _, key := range given {
		problem(key, "excludes dsn, which names it already")
	}
	problem("dsn", "excludes the keys of connection")
}

func (c Connection) check(problem func(key, message string)) {
	if c.Owner.User == "" && c.Owner.Password != "" {
		problem("connection.owner.user", "is required where connection.owner.password is given")
	}
	for key, port := range map[string]int{"connection.port": c.Port, "connection.direct.port": c.Direct.Port} {
		if port < 0 || port > 65535 {
			problem(key, "must be from 1 to 65535")
		}
	}
}

// given lists the keys that a DSN takes the place of.
func (c Connection) given() []string {
	var keys []string
	for _, key := range []struct {
		name string
		set  bool
	}{
		{"connection.host", c.Host != ""},
		{"connection.port", c.Port != 0},
		{"connection.database", c.Database != ""},
		{"connection.user", c.User != ""},
		{"connection.password", c.Password != ""},
		{"connection.sslmode", c.SSLMode != ""},
	} {
		if key.set {
			keys = append(keys, key.name)
		}
	}
	return keys
}

func invalidConfig(message string, fields []fault.Field) *fault.Error {
	for i, field := range fields {
		separator := "; "
		if i == 0 {
			separator = ": "
		}
		message += separator + field.Key + " " + field.Message
	}
	failure := fault.New(fault.Invalid, "%s", message)
	failure.Fields = fields
	return failure
}
