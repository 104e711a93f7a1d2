//go:build linux

package rig

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// ErrNoPostgres means that the machine has no PostgreSQL server.
var ErrNoPostgres = errors.New("no PostgreSQL server: initdb and postgres are neither in PATH nor in /usr/lib/postgresql/*/bin")

// role is who the host connects as, and its database.
const role = "bothost"

// Postgres is a server of its own, in a folder that is removed with it. It
// flushes to disk, as it does unless it is told otherwise.
type Postgres struct {
	programs         string
	folder, password string
	port             int
	account          *account
	command          *exec.Cmd
	ended            chan struct{}
}

// StartPostgres makes a server, below a folder that other users may enter, with
// a database for a host.
func StartPostgres(ctx context.Context, parent string) (p *Postgres, err error) {
	programs, err := findPostgres()
	if err != nil {
		return nil, err
	}
	p = &Postgres{programs: programs, password: rand.Text()}
	defer func() {
		if err != nil {
			p.Stop()
		}
	}()
	if p.account, err = serverAccount(); err != nil {
		return p, err
	}
	if p.folder, err = os.MkdirTemp(parent, "postgres-"); err != nil {
		return p, fmt.Errorf("make the database's folder: %w", err)
	}
	if err = p.initialise(ctx); err != nil {
		return p, err
	}
	if p.port, err = freePort(); err != nil {
		return p, err
	}
	if err = p.launch(); err != nil {
		return p, err
	}
	return p, p.makeDatabase(ctx)
}

// findPostgres gives the folder of the programs, of the newest version.
func findPostgres() (string, error) {
	folders, err := filepath.Glob("/usr/lib/postgresql/*/bin")
	if err != nil {
		return "", fmt.Errorf("look for PostgreSQL: %w", err)
	}
	if path, err := exec.LookPath("initdb"); err == nil {
		if path, err = filepath.EvalSymlinks(path); err == nil {
			folders = append(folders, filepath.Dir(path))
		}
	}
	for i := len(folders) - 1; i >= 0; i-- {
		_, noInit := os.Stat(filepath.Join(folders[i], "initdb"))
		_, noServer := os.Stat(filepath.Join(folders[i], "postgres"))
		if noInit == nil && noServer == nil {
			return folders[i], nil
		}
	}
	return "", ErrNoPostgres
}

func (p *Postgres) initialise(ctx context.Context) error {
	passwordFile := filepath.Join(p.folder, "password")
	if err := os.WriteFile(passwordFile, []byte(p.password), 0o600); err != nil {
		return fmt.Errorf("write the database's password: %w", err)
	}
	if err := p.account.own(p.folder, passwordFile); err != nil {
		return err
	}
	command := exec.CommandContext(ctx, filepath.Join(p.programs, "initdb"), "--pgdata", p.data(), "--username", "postgres",
		"--pwfile", passwordFile, "--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C", "--no-sync")
	p.as(command)
	if output, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w: %s", err, output)
	}
	return nil
}

func (p *Postgres) launch() error {
	log, err := openLog(p.logFile())
	if err != nil {
		return err
	}
	defer func() { _ = log.Close() }()
	command := exec.Command(filepath.Join(p.programs, "postgres"), "-D", p.data(), "-k", p.folder, "-h", "127.0.0.1", "-p", strconv.Itoa(p.port))
	p.as(command)
	command.Stdout, command.Stderr = log, log
	if err := command.Start(); err != nil {
		return fmt.Errorf("start PostgreSQL: %w", err)
	}
	ended := make(chan struct{})
	p.command, p.ended = command, ended
	go func() {
		defer close(ended)
		_ = command.Wait() // its log says more
	}()
	return nil
}

// as makes a command run as who may run the server, in the server's folder.
func (p *Postgres) as(command *exec.Cmd) {
	command.Dir = p.folder
	command.SysProcAttr = p.account.attributes()
}

// makeDatabase waits for the server, and makes the role and its database.
func (p *Postgres) makeDatabase(ctx context.Context) error {
	connection, err := p.connect(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = connection.Close(context.WithoutCancel(ctx)) }()
	for _, statement := range []string{
		// The password is made of letters and digits.
		"CREATE ROLE " + role + " LOGIN PASSWORD '" + p.password + "'",
		"CREATE DATABASE " + role + " OWNER " + role + " TEMPLATE template0",
	} {
		if _, err := connection.Exec(ctx, statement); err != nil {
			return fmt.Errorf("make the database: %w", err)
		}
	}
	return nil
}

func (p *Postgres) connect(ctx context.Context) (*pgx.Conn, error) {
	return p.connectTo(ctx, "postgres")
}

// connectTo waits until the server lets its superuser in.
func (p *Postgres) connectTo(ctx context.Context, database string) (*pgx.Conn, error) {
	limited, cancel := context.WithTimeout(ctx, startTime)
	defer cancel()
	address := fmt.Sprintf("postgres://postgres:%s@127.0.0.1:%d/%s?sslmode=disable", p.password, p.port, database)
	for {
		connection, err := pgx.Connect(limited, address)
		if err == nil {
			return connection, nil
		}
		select {
		case <-p.ended:
			return nil, fmt.Errorf("PostgreSQL ended while it started: %s", tail(p.logFile()))
		case <-limited.Done():
			return nil, fmt.Errorf("PostgreSQL does not answer: %w: %s", err, tail(p.logFile()))
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// Port is where the server is, on the loopback address.
func (p *Postgres) Port() int { return p.port }

// Store is the section conversation_storage of a host.
func (p *Postgres) Store() map[string]any { return p.StoreAt(p.port) }

// StoreAt is the section of a host that reaches the server through another port.
func (p *Postgres) StoreAt(port int) map[string]any {
	return map[string]any{"backend": "postgres", "connection": map[string]any{
		"host": "127.0.0.1", "port": port, "database": role, "user": role, "password": p.password, "sslmode": "disable",
	}}
}

// Stop ends the server and removes its folder.
func (p *Postgres) Stop() {
	if p.command != nil {
		// SIGINT is a server's fast shutdown.
		_ = p.command.Process.Signal(syscall.SIGINT)
		late := time.AfterFunc(stopTime, func() { _ = p.command.Process.Signal(syscall.SIGQUIT) })
		<-p.ended
		late.Stop()
	}
	if p.folder != "" {
		_ = os.RemoveAll(p.folder)
	}
}

func (p *Postgres) data() string    { return filepath.Join(p.folder, "data") }
func (p *Postgres) logFile() string { return filepath.Join(p.folder, "log") }

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
