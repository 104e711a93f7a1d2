package postgres

import (
	"errors"
	"fmt"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/bothost/bothost/sdk/fault"
)

// diagnosis is what a failure means.
type diagnosis struct {
	code   fault.Code
	remedy string
	// keys of the configuration that may be wrong.
	keys []string
}

func (a *access) diagnose(err error) diagnosis {
	if failure, ok := errors.AsType[*pgconn.PgError](err); ok {
		_, migrating := errors.AsType[migrationError](err)
		return a.diagnoseServer(failure, migrating)
	}
	if failure, ok := errors.AsType[*pgconn.ConnectError](err); ok {
		if strings.Contains(err.Error(), "server refused TLS connection") {
			return diagnosis{
				code: fault.Unavailable, keys: []string{a.key("sslmode")},
				remedy: "the server offers no TLS: turn on ssl there, or set sslmode to prefer",
			}
		}
		return diagnosis{code: fault.Unavailable, remedy: fmt.Sprintf(
			"nothing answers at %s: start PostgreSQL there, or correct %s", address(failure.Config), a.whereabouts(failure.Config))}
	}
	if isLost(err) {
		return diagnosis{code: fault.Unavailable, remedy: "the connection to PostgreSQL broke: try again"}
	}
	return diagnosis{code: fault.Internal}
}

// whereabouts names the keys that say where a server is.
func (a *access) whereabouts(reached *pgconn.Config) string {
	calls := a.pool.ConnConfig
	switch {
	case a.directGiven && (reached.Host != calls.Host || reached.Port != calls.Port):
		return "connection.direct"
	case a.byDSN:
		return "dsn"
	}
	return "connection.host and connection.port"
}

// diagnoseRights is about a role that may not do what it has to.
func (a *access) diagnoseRights(migrating bool) diagnosis {
	serving, owner := a.pool.ConnConfig.User, a.owner.User
	switch {
	case !migrating:
		return diagnosis{
			code: fault.Unavailable, keys: []string{a.key("user")},
			remedy: fmt.Sprintf("the schema belongs to another role: set connection.owner to that one and migrate to auto, which grants its use to %q", serving),
		}
	case owner == serving:
		return diagnosis{
			code: fault.Unavailable, keys: []string{a.key("user"), "connection.owner.user"},
			remedy: fmt.Sprintf("set connection.owner to a role that may change the database, or as its owner: GRANT CREATE ON DATABASE %q TO %q", a.owner.Database, serving),
		}
	}
	return diagnosis{
		code: fault.Unavailable, keys: []string{"connection.owner.user"},
		remedy: fmt.Sprintf("as the database's owner: GRANT CREATE ON DATABASE %q TO %q", a.owner.Database, owner),
	}
}

// diagnoseLogin is about a role that the server does not let in. Only of the
// owner's is it known whose connection failed, if that is another role.
func (a *access) diagnoseLogin(migrating bool) diagnosis {
	keys := []string{a.key("user"), a.key("password")}
	if migrating && a.owner.User != a.pool.ConnConfig.User {
		keys = []string{"connection.owner.user", "connection.owner.password"}
	}
	return diagnosis{
		code: fault.Unavailable, keys: keys,
		remedy: "the server does not let this role in: check its name, its password and the server's pg_hba.conf",
	}
}

// diagnoseServer knows the answers of the server, by SQLSTATE.
func (a *access) diagnoseServer(failure *pgconn.PgError, migrating bool) diagnosis {
	connection := a.pool.ConnConfig
	switch failure.Code {
	case "28P01", "28000":
		return a.diagnoseLogin(migrating)
	case "42501":
		return a.diagnoseRights(migrating)
	case "3D000":
		return diagnosis{
			code: fault.Unavailable, keys: []string{a.key("database")},
			remedy: fmt.Sprintf("make it: createdb --owner=%s --encoding=UTF8 %s", connection.User, connection.Database),
		}
	case "42P01", "42883", "3F000", "42703":
		return diagnosis{code: fault.Unavailable, remedy: "the schema is not there, or of another version: open the store with migrate: auto"}
	case "22021", "22P05", "54000":
		return diagnosis{code: fault.Invalid, remedy: "the request holds what PostgreSQL cannot keep"}
	case "23505":
		// A partition names its part of the index turns_by_token by the columns.
		if strings.Contains(failure.ConstraintName, "token") {
			return diagnosis{code: fault.Invalid, remedy: "the token is that of a turn of another conversation: mint one for each attempt"}
		}
	}
	if d, ok := a.diagnosePooler(failure, migrating); ok {
		return d
	}
	if remedy := whilePassing(failure.Code); remedy != "" {
		return diagnosis{code: fault.Unavailable, remedy: remedy}
	}
	return diagnosis{code: fault.Internal}
}

// Conditions of a server, as SQLSTATE calls them, that other parts decide by.
const (
	serializationFailure = "40001"
	deadlockDetected     = "40P01"
	readOnlyTransaction  = "25006"
)

// whilePassing gives the remedy for conditions of a server that go away, by
// themselves or by its operator's doing, and "" for all others.
func whilePassing(code string) string {
	switch code {
	case readOnlyTransaction:
		return "this server only reads: connect to the primary, or turn off default_transaction_read_only"
	case "53300":
		return "the server has no connection left: raise its max_connections, or lower pool_size"
	case "53100":
		return "the server's disk is full: make room there"
	case "57P01", "57P02", "57P03", "57P05":
		return "the server stops or starts: try again"
	case serializationFailure, deadlockDetected, "55P03":
		return "others worked on the same rows: try again"
	}
	for _, class := range []string{"08", "53", "58"} {
		if strings.HasPrefix(code, class) {
			return "try again"
		}
	}
	return ""
}

// isLost reports whether a connection broke.
func isLost(err error) bool {
	_, lost := errors.AsType[lostError](err)
	_, network := errors.AsType[net.Error](err)
	return lost || network || pgconn.SafeToRetry(err) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed)
}
