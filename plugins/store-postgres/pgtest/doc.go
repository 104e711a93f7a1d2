//go:build unix

// Package pgtest starts a real PostgreSQL server for tests: one for a test
// binary, in a temporary folder of its own, and in it one database for each
// test, so that tests run in parallel and see nothing of each other.
//
// A test binary starts the server in TestMain and hands every test a Database:
//
//	var server *pgtest.Server
//
//	func TestMain(m *testing.M) {
//		server = pgtest.Start()
//		code := m.Run()
//		server.Stop()
//		os.Exit(code)
//	}
//
// Where the machine has no PostgreSQL, Start says so loudly and Database skips
// the test; with BOTHOST_REQUIRE_POSTGRES=1 in the environment it fails it, so
// that a build that must test against PostgreSQL cannot pass without.
//
// A Database can also be given a Pooler, a real PgBouncer in transaction mode.
//
// The server neither outlives the test binary, however that ends, nor keeps
// anything: it does not flush to disk. It survives being killed, but not a
// machine that loses power.
package pgtest
