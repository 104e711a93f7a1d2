package postgres_test

import (
	"crypto/rand"
	"os"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/bothost/bothost/plugins/store-postgres/pgtest"
	"github.com/bothost/bothost/plugins/store-postgres/postgres"
	"github.com/bothost/bothost/sdk"
	"github.com/bothost/bothost/sdk/memory"
	"github.com/bothost/bothost/sdk/message"
	"github.com/bothost/bothost/sdk/store"
)

// server is the one PostgreSQL of this test binary.
var server *pgtest.Server

func TestMain(m *testing.M) {
	server = pgtest.Start()
	code := m.Run()
	server.Stop()
	if code == 0 {
		if err := goleak.Find(); err != nil {
			os.Stderr.WriteString(err.Error() + "\n")
			code = 1
		}
	}
	os.Exit(code)
}

// configFor names a database and a role of it.
func configFor(d *pgtest.Database, role pgtest.Role) postgres.Config {
	return postgres.Config{Connection: postgres.Connection{
		Host: d.Host, Port: d.Port, Database: d.Name, User: role.User, Password: role.Password,
	}}
}

// separated has a role that serves and another that owns.
func separated(d *pgtest.Database) postgres.Config {
	config := configFor(d, d.Ordinary)
	config.Connection.Owner = postgres.Owner{User: d.Owner.User, Password: d.Owner.Password}
	return config
}

func open(t *testing.T, config postgres.Config) *postgres.Store {
	t.Helper()
	s, err := postgres.Open(t.Context(), config, sdk.Settings{})
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return s
}

// openNew opens a store on an empty database, as the database's owner.
func openNew(t *testing.T) *postgres.Store {
	t.Helper()
	d := server.Database(t)
	return open(t, configFor(d, d.Owner))
}

const holder = "host-1"

func token() (minted store.Token) {
	rand.Read(minted[:])
	return minted
}

func beginning(scope store.Scope, text string) store.BeginTurn {
	return store.BeginTurn{
		Scope: scope, Token: token(), Holder: holder, Timeout: time.Minute,
		UserMessage: message.New(message.User, text), Window: memory.Window{MaxMessages: 10},
	}
}

func committing(b store.BeginTurn, text string) store.CommitTurn {
	return store.CommitTurn{
		Scope: b.Scope, Token: b.Token, Status: store.Complete,
		Messages: []message.Message{message.New(message.Assistant, text)},
	}
}

func beat(t testing.TB, s *postgres.Store) {
	t.Helper()
	if err := s.Heartbeat(t.Context(), holder, time.Hour); err != nil {
		t.Fatalf("Heartbeat: %v", err)
	}
}

// turn begins a turn, which must succeed, and commits it.
func turn(t testing.TB, s *postgres.Store, scope store.Scope, text string) store.Begun {
	t.Helper()
	request := beginning(scope, text)
	outcome, err := s.BeginTurn(t.Context(), request)
	begun, ok := outcome.(store.Begun)
	if err != nil || !ok {
		t.Fatalf("BeginTurn = %#v, %v; want Begun", outcome, err)
	}
	if _, err := s.CommitTurn(t.Context(), committing(request, "re: "+text)); err != nil {
		t.Fatalf("CommitTurn: %v", err)
	}
	return begun
}

// scope is the conversation of tests that need only one.
var scope = store.Scope{Tenant: "acme", Conversation: "c1"}
