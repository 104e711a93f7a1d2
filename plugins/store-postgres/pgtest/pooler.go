//go:build unix

package pgtest

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// PoolerConnections is how many connections to the server a pooler has for each
// database and role.
const PoolerConnections = 5

// Pooler starts a PgBouncer in transaction mode before the server of d, which
// lets in d's roles with their passwords, and gives the port of 127.0.0.1 that it
// listens on. It ends with the test. Where the machine has no PgBouncer, the test
// is skipped or fails, as with Database.
func (d *Database) Pooler(t testing.TB) (port int) {
	t.Helper()
	program, err := findPooler()
	if err != nil {
		unavailable(t, err)
	}
	identity, err := serverIdentity()
	if err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	folder, err := os.MkdirTemp("", "bothost-pgbouncer-")
	if err != nil {
		t.Fatalf("pgtest: make the pooler's folder: %v", err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(folder); err != nil {
			t.Errorf("pgtest: remove the pooler's folder: %v", err)
		}
	})
	if port, err = freePort(); err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	if err := d.configurePooler(folder, port); err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	if err := identity.own(folder); err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	logFile := filepath.Join(folder, "log")
	process, err := startProcess(identity, folder, logFile, "TERM", program, filepath.Join(folder, "pgbouncer.ini"))
	if err != nil {
		t.Fatalf("pgtest: start PgBouncer: %v", err)
	}
	t.Cleanup(process.stop)
	if err := process.answers(port); err != nil {
		t.Fatalf("pgtest: start PgBouncer: %v: %s", err, endOf(logFile))
	}
	return port
}

// findPooler looks for the program, which Debian keeps where users do not look.
func findPooler() (string, error) {
	if path, err := exec.LookPath("pgbouncer"); err == nil {
		return path, nil
	}
	if path, err := exec.LookPath("/usr/sbin/pgbouncer"); err == nil {
		return path, nil
	}
	return "", fmt.Errorf("no PgBouncer on this machine (Debian: apt-get install pgbouncer)")
}

// configurePooler writes what PgBouncer is told. It knows passwords, because it
// has to give them to the server.
func (d *Database) configurePooler(folder string, port int) error {
	settings := fmt.Sprintf(`[databases]
%s = host=%s port=%d

[pgbouncer]
listen_addr = 127.0.0.1
listen_port = %d
unix_socket_dir =
pool_mode = transaction
default_pool_size = %d
server_login_retry = 1
query_wait_timeout = 5
max_client_conn = 200
auth_type = scram-sha-256
auth_file = %s
`, d.Name, d.Host, d.Port, port, PoolerConnections, filepath.Join(folder, "userlist.txt"))
	users := ""
	for _, role := range []Role{d.Owner, d.Ordinary} {
		users += fmt.Sprintf("%q %q\n", role.User, role.Password)
	}
	for name, content := range map[string]string{"pgbouncer.ini": settings, "userlist.txt": users} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(content), 0o600); err != nil {
			return fmt.Errorf("configure PgBouncer: %w", err)
		}
	}
	return nil
}

// answers waits until a process listens on a port.
func (p *process) answers(port int) error {
	for deadline := time.Now().Add(startupTime); ; {
		connection, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err == nil {
			return connection.Close()
		}
		select {
		case <-p.ended:
			return fmt.Errorf("it ended")
		case <-time.After(20 * time.Millisecond):
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("it does not answer: %w", err)
		}
	}
}
