package postgres

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/bothost/bothost/sdk/fault"
)

// retryAfter is how long a caller should wait for a server that is away.
const retryAfter = time.Second

// explain turns an error of a call into a fault that says what was attempted,
// what went wrong, and what a person can do about it. What is a fault already,
// passes.
func (a *access) explain(ctx context.Context, doing string, err error) error {
	if err == nil {
		return nil
	}
	if known, ok := errors.AsType[*fault.Error](err); ok {
		return known
	}
	switch {
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return fault.New(fault.Timeout, "store-postgres: %s: %w", doing, err)
	case ctx.Err() != nil:
		return fault.New(fault.Canceled, "store-postgres: %s: %w", doing, err)
	}
	d := a.diagnose(err)
	failure := fault.New(d.code, "store-postgres: %s: %w", doing, err).WithRemedy("%s", d.remedy)
	if d.code == fault.Unavailable {
		failure = failure.FromUpstream().WithRetryAfter(retryAfter)
	}
	for _, key := range d.keys {
		failure.Fields = append(failure.Fields, fault.Field{Key: key, Message: d.remedy})
	}
	return failure
}

// refusal is explain for Open: what the configuration is to blame for can never
// work, as long as that stays as it is.
func (a *access) refusal(ctx context.Context, doing string, err error) error {
	explained := a.explain(ctx, doing, err)
	if failure, ok := errors.AsType[*fault.Error](explained); ok && len(failure.Fields) > 0 {
		failure.Code, failure.RetryAfter, failure.Upstream = fault.Invalid, 0, false
	}
	return explained
}

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
	if isConnectError(err) {
		if strings.Contains(err.Error(), "server refused TLS connection") {
			return diagnosis{
				code: fault.Unavailable, keys: []string{a.key("sslmode")},
				remedy: "the server offers no TLS: turn on ssl there, or set sslmode to prefer",
			}
		}
		return diagnosis{code: fault.Unavailable, remedy: fmt.Sprintf(
			"nothing answers at %s: start PostgreSQL there, or correct %s", a.address(), a.whereabouts())}
	}
	if _, lost := errors.AsType[lostError](err); lost || pgconn.SafeToRetry(err) {
		return diagnosis{code: fault.Unavailable, remedy: "the connection to PostgreSQL broke: try again"}
	}
	return diagnosis{code: fault.Internal}
}

func (a *access) whereabouts() string {
	if a.byDSN {
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
	switch code := failure.Code; {
	case code == "28P01" || code == "28000":
		return a.diagnoseLogin(migrating)
	case code == "3D000":
		return diagnosis{
			code: fault.Unavailable, keys: []string{a.key("database")},
			remedy: fmt.Sprintf("make it: createdb --owner=%s --encoding=UTF8 %s", connection.User, connection.Database),
		}
	case code == "42501":
		return a.diagnoseRights(migrating)
	case code == "42P01" || code == "42883" || code == "3F000" || code == "42703":
		return diagnosis{code: fault.Unavailable, remedy: "the schema is not there, or of another version: open the store with migrate: auto"}
	case code == "25006":
		return diagnosis{code: fault.Unavailable, remedy: "this server only reads: connect to the primary"}
	case code == "53300":
		return diagnosis{code: fault.Unavailable, remedy: "raise the server's max_connections, or lower pool_size"}
	case code == "53100":
		return diagnosis{code: fault.Unavailable, remedy: "the server's disk is full: make room there"}
	case code == "22021" || code == "22P05" || code == "54000":
		return diagnosis{code: fault.Invalid, remedy: "the request holds what PostgreSQL cannot keep"}
	case code == "23505" && failure.ConstraintName == "turns_by_token":
		return diagnosis{code: fault.Invalid, remedy: "the token is that of a turn of another conversation: mint one for each attempt"}
	case isPassing(code):
		return diagnosis{code: fault.Unavailable, remedy: "try again"}
	}
	return diagnosis{code: fault.Internal}
}

// isPassing reports conditions of a server that go away by themselves: lost
// connections, starting and stopping, want of resources, lost races.
func isPassing(code string) bool {
	switch code {
	case "40001", "40P01", "55P03", "57P01", "57P02", "57P03", "57P05":
		return true
	}
	return strings.HasPrefix(code, "08") || strings.HasPrefix(code, "53") || strings.HasPrefix(code, "58")
}

func superseded(doing string) error {
	return fault.New(fault.Conflict, "store-postgres: %s: the turn is not pending any more", doing).
		WithReason(fault.TurnSuperseded)
}

func notFound(doing string) error {
	return fault.New(fault.NotFound, "store-postgres: %s: there is none", doing)
}
