package postgres

import (
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/bothost/bothost/sdk/fault"
)

// protocolViolation is what PgBouncer calls all that it refuses by itself.
const protocolViolation = "08P01"

// diagnosePooler knows refusals of PgBouncer by their messages. ok is false for
// what is not its configuration's doing.
func (a *access) diagnosePooler(failure *pgconn.PgError, migrating bool) (d diagnosis, ok bool) {
	says := func(part string) bool { return strings.Contains(failure.Message, part) }
	switch {
	case failure.Code != protocolViolation:
		return diagnosis{}, false
	case says("authentication failed"), says("no such user"):
		d = a.diagnoseLogin(migrating)
		d.remedy = "the pooler does not let this role in: check its name, its password and the pooler's auth_file"
		if migrating && !a.directGiven {
			d.keys = append(d.keys, "connection.direct")
			d.remedy += ", or say in connection.direct where the server itself is"
		}
		return d, true
	case says("no such database"):
		return diagnosis{
			code: fault.Unavailable, keys: []string{a.key("database")},
			remedy: "name the database in the pooler's configuration",
		}, true
	case says("unsupported startup parameter"):
		return diagnosis{
			code: fault.Unavailable, keys: []string{a.key("host")},
			remedy: "the pooler does not pass on this setting of the connection string: take it out, and set it for the role with ALTER ROLE ... SET",
		}, true
	}
	return diagnosis{}, false
}
