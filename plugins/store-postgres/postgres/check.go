package postgres

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/bothost/bothost/sdk/fault"
)

// oldestServer is the first version with gen_random_uuid.
const oldestServer = 13

// Check implements store.Checker. It changes nothing.
func (s *Store) Check(ctx context.Context) (string, error) {
	var found *inspection
	err := s.run(ctx, "check the database", harmless, func(connection *pgx.Conn) (err error) {
		if err := supported(connection); err != nil {
			return err
		}
		found, err = inspect(ctx, connection)
		return err
	})
	if err != nil {
		return "", err
	}
	if problem := found.problem(s.access); problem != nil {
		return "", problem
	}
	summary := fmt.Sprintf("PostgreSQL %s at %s, database %q as %q, schema version %d",
		found.Server, address(&s.access.pool.ConnConfig.Config), found.Database, found.Role, found.Schema)
	if !s.access.directGiven {
		return summary, nil
	}
	if err := s.checkDirect(ctx, found); err != nil {
		return "", s.access.explain(ctx, "check connection.direct", err)
	}
	return summary + ", directly at " + address(&s.access.direct.Config), nil
}

// checkDirect makes sure that the direct way leads to the same database, and past
// every pooler.
func (s *Store) checkDirect(ctx context.Context, calls *inspection) error {
	connection, err := pgx.ConnectConfig(ctx, s.access.direct.Copy())
	if err != nil {
		return err
	}
	defer disconnect(ctx, connection)
	direct, err := inspect(ctx, connection)
	if err != nil {
		return err
	}
	switch {
	case !direct.Made.Equal(calls.Made):
		return directFault("leads to another database than connection").
			WithRemedy("let both lead to one database, by way of a pooler and directly")
	case direct.pooled:
		return directFault("leads to a pooler of connections").
			WithRemedy("let it lead to the PostgreSQL server itself")
	}
	return nil
}

func directFault(problem string) *fault.Error {
	return fault.New(fault.Invalid, "store-postgres: connection.direct %s", problem).
		WithReason("direct_wrong").WithField("connection.direct", problem)
}

// supported refuses servers and databases that the store cannot work with.
func supported(connection *pgx.Conn) error {
	version := connection.PgConn().ParameterStatus("server_version")
	digits := strings.FieldsFunc(version, func(r rune) bool { return r < '0' || r > '9' })
	if len(digits) > 0 {
		if major, err := strconv.Atoi(digits[0]); err == nil && major < oldestServer {
			return fault.New(fault.Invalid, "store-postgres: the server is PostgreSQL %s", version).
				WithRemedy("use PostgreSQL %d or later", oldestServer)
		}
	}
	if encoding := connection.PgConn().ParameterStatus("server_encoding"); encoding != "UTF8" {
		return fault.New(fault.Invalid, "store-postgres: the database is encoded in %s", encoding).
			WithRemedy("make a database with the encoding UTF8: createdb --encoding=UTF8 --template=template0")
	}
	return nil
}
