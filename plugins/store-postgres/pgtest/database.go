//go:build unix

package pgtest

import (
	"context"
	"fmt"
	"os"
	"testing"

	"github.com/jackc/pgx/v5"
)

const superuser = "postgres"

// Database is an empty database of a test.
type Database struct {
	Host string
	Port int
	// Socket is the folder of the server's Unix socket, where no password is
	// asked for.
	Socket string
	Name   string
	// Owner owns the database.
	Owner Role
	// Ordinary owns nothing and may only connect.
	Ordinary Role
	// Superuser is the server's.
	Superuser Role
}

// Role is a role of the server that may log in.
type Role struct {
	User     string
	Password string
}

// Database makes a database for a test, which is dropped when the test ends.
// Without a server it skips the test, or fails it where a server is required.
func (s *Server) Database(t testing.TB) *Database {
	t.Helper()
	if s.absent != nil {
		unavailable(t, s.absent)
	}
	name := fmt.Sprintf("test_%d", s.names.Add(1))
	d := &Database{
		Host: "127.0.0.1", Port: s.port, Socket: s.folder, Name: name,
		Owner:     Role{User: name + "_owner", Password: s.password},
		Ordinary:  Role{User: name + "_ordinary", Password: s.password},
		Superuser: Role{User: superuser, Password: s.password},
	}
	s.asAdmin(t,
		fmt.Sprintf("CREATE ROLE %s LOGIN PASSWORD '%s'", d.Owner.User, d.Owner.Password),
		fmt.Sprintf("CREATE ROLE %s LOGIN PASSWORD '%s'", d.Ordinary.User, d.Ordinary.Password),
		fmt.Sprintf("CREATE DATABASE %s OWNER %s", d.Name, d.Owner.User))
	t.Cleanup(func() {
		s.asAdmin(t,
			fmt.Sprintf("DROP DATABASE %s WITH (FORCE)", d.Name),
			fmt.Sprintf("DROP ROLE %s, %s", d.Owner.User, d.Ordinary.User))
	})
	return d
}

// unavailable ends a test for want of a program, as its author wants it.
func unavailable(t testing.TB, absent error) {
	t.Helper()
	if os.Getenv(RequireVariable) == "1" {
		t.Fatalf("%v, and %s=1", absent, RequireVariable)
	}
	t.Skip(absent)
}

// URL is the connection string of a role.
func (d *Database) URL(role Role) string {
	return fmt.Sprintf("postgres://%s:%s@%s:%d/%s?sslmode=disable", role.User, role.Password, d.Host, d.Port, d.Name)
}

// Connect opens a connection that is closed when the test ends.
func (d *Database) Connect(t testing.TB, role Role) *pgx.Conn {
	t.Helper()
	connection, err := pgx.Connect(context.Background(), d.URL(role))
	if err != nil {
		t.Fatalf("pgtest: connect to %s as %s: %v", d.Name, role.User, err)
	}
	t.Cleanup(func() {
		// The server may have been crashed on purpose.
		_ = connection.Close(context.Background())
	})
	return connection
}

// asAdmin executes statements as the superuser, each in a transaction of its
// own.
func (s *Server) asAdmin(t testing.TB, statements ...string) {
	t.Helper()
	ctx := context.Background()
	connection, err := pgx.Connect(ctx, s.adminString("postgres"))
	if err != nil {
		t.Fatalf("pgtest: connect: %v: %s", err, s.log())
	}
	for _, statement := range statements {
		if _, err := connection.Exec(ctx, statement); err != nil {
			t.Errorf("pgtest: %s: %v", statement, err)
		}
	}
	if err := connection.Close(ctx); err != nil {
		t.Errorf("pgtest: close the connection: %v", err)
	}
}

func (s *Server) adminString(database string) string {
	return fmt.Sprintf("host=%s port=%d user=%s database=%s", s.folder, s.port, superuser, database)
}
