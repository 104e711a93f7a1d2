//go:build unix

package pgtest

import (
	"context"
	"crypto/rand"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
)

// startupTime bounds how long a server may take until it answers.
const startupTime = 60 * time.Second

// Server is a PostgreSQL server that listens on a port of the loopback
// interface and on a Unix socket. Its methods may be called concurrently,
// except Restart and Stop.
type Server struct {
	binaries binaries
	identity *identity
	folder   string
	port     int
	password string
	process  *process
	// absent says why there is no server.
	absent error
	names  atomic.Int64
}

// Start makes a server and waits until it answers. It always returns one: where
// it could not be started, Database says so. The caller calls Stop.
func Start() *Server {
	s := &Server{password: rand.Text()}
	if err := s.start(); err != nil {
		s.absent = err
		fmt.Fprintf(os.Stderr, "\n*** PostgreSQL: %v\n*** The tests that need a server do not run. Set %s=1 to make that a failure.\n\n", err, RequireVariable)
	}
	return s
}

func (s *Server) start() (err error) {
	if s.binaries, err = findBinaries(); err != nil {
		return err
	}
	if s.identity, err = serverIdentity(); err != nil {
		return err
	}
	if s.folder, err = os.MkdirTemp("", "bothost-pg-"); err != nil {
		return fmt.Errorf("make the server's folder: %w", err)
	}
	if err := s.initialise(); err != nil {
		return err
	}
	if s.port, err = freePort(); err != nil {
		return err
	}
	return s.launch()
}

// initialise makes the data folder. Whoever connects by the socket is trusted,
// whoever connects by TCP gives a password.
func (s *Server) initialise() error {
	passwordFile := filepath.Join(s.folder, "password")
	if err := os.WriteFile(passwordFile, []byte(s.password), 0o600); err != nil {
		return fmt.Errorf("write the superuser's password: %w", err)
	}
	if err := s.identity.own(s.folder); err != nil {
		return err
	}
	command := exec.Command(s.binaries.initdb, "--pgdata", s.data(), "--username", superuser, "--pwfile", passwordFile,
		"--auth-local", "trust", "--auth-host", "scram-sha-256", "--encoding", "UTF8", "--locale", "C", "--no-sync")
	command.Dir = s.folder
	command.SysProcAttr = s.identity.attributes()
	if output, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w: %s", err, output)
	}
	return nil
}

func (s *Server) launch() error {
	process, err := startProcess(s.identity, s.folder, s.logFile(), "QUIT", s.binaries.postgres, "-D", s.data(),
		"-k", s.folder, "-h", "127.0.0.1", "-p", strconv.Itoa(s.port),
		"-c", "fsync=off", "-c", "full_page_writes=off", "-c", "autovacuum=off", "-c", "max_connections=300", "-c", "shared_buffers=64MB")
	if err != nil {
		return err
	}
	s.process = process
	ctx, cancel := context.WithTimeout(context.Background(), startupTime)
	defer cancel()
	for {
		connection, err := pgx.Connect(ctx, s.adminString("postgres"))
		if err == nil {
			return connection.Close(ctx)
		}
		select {
		case <-process.ended:
			return fmt.Errorf("the server ended while it started: %s", s.log())
		case <-ctx.Done():
			return fmt.Errorf("the server does not answer: %w: %s", err, s.log())
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// Crash kills the server as a power cut would, except that the operating system
// lives on. What was committed is there after Resume.
func (s *Server) Crash() { s.process.stop() }

// Resume starts a server that was crashed, on the same port.
func (s *Server) Resume() error { return s.launch() }

// Stop ends the server and removes its folder.
func (s *Server) Stop() {
	if s.process != nil {
		s.process.stop()
	}
	if s.folder != "" {
		if err := os.RemoveAll(s.folder); err != nil {
			fmt.Fprintf(os.Stderr, "pgtest: remove the server's folder: %v\n", err)
		}
	}
}

func (s *Server) data() string { return filepath.Join(s.folder, "data") }

func (s *Server) logFile() string { return filepath.Join(s.folder, "log") }

// log gives the end of what the server printed.
func (s *Server) log() string { return endOf(s.logFile()) }

func endOf(file string) string {
	content, err := os.ReadFile(file)
	if err != nil {
		return err.Error()
	}
	return string(content[max(0, len(content)-4096):])
}

func freePort() (int, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, fmt.Errorf("find a free port: %w", err)
	}
	defer func() { _ = listener.Close() }()
	address, ok := listener.Addr().(*net.TCPAddr)
	if !ok {
		return 0, fmt.Errorf("find a free port: %v is no TCP address", listener.Addr())
	}
	return address.Port, nil
}
