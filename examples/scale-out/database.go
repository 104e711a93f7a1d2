//go:build unix

package main

import (
	"context"
	"crypto/rand"
	_ "embed"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

//go:embed database.sql
var databaseSQL string

// database is a PostgreSQL server in a temporary folder.
type database struct {
	process
	folder   string
	programs string
	port     string
	password string
	// identity is whom it runs as: not as root, which PostgreSQL refuses.
	identity *syscall.Credential
}

// findPostgreSQL gives the program that makes servers; the others are beside it.
func findPostgreSQL() (string, error) {
	initdb, err := findProgram("initdb", "postgresql", "/usr/lib/postgresql/*/bin")
	if err != nil {
		return "", err
	}
	// PATH may have links to one of several versions.
	return filepath.EvalSymlinks(initdb)
}

// newDatabase makes the server's folder; nothing runs yet.
func newDatabase(logs string, port int) (*database, error) {
	initdb, err := findPostgreSQL()
	if err != nil {
		return nil, err
	}
	d := &database{programs: filepath.Dir(initdb), port: strconv.Itoa(port), password: rand.Text()}
	d.process = process{name: "PostgreSQL", log: filepath.Join(logs, "postgres.log"), command: func() *exec.Cmd {
		return d.program("postgres", "-D", d.data(), "-k", d.folder, "-h", "127.0.0.1", "-p", d.port)
	}}
	if d.folder, err = os.MkdirTemp("", "bothost-postgres-"); err != nil {
		return nil, err
	}
	return d, d.initialise()
}

func (d *database) data() string { return filepath.Join(d.folder, "data") }

func (d *database) initialise() error {
	if os.Geteuid() == 0 {
		if err := d.leaveRoot(); err != nil {
			return err
		}
	}
	output, err := d.program("initdb", "-D", d.data(), "-U", "postgres", "--auth-local=trust",
		"--auth-host=scram-sha-256", "--encoding=UTF8", "--locale=C").CombinedOutput()
	if err != nil {
		return fmt.Errorf("initdb: %w: %s", err, output)
	}
	return nil
}

// leaveRoot gives the folder to the user postgres.
func (d *database) leaveRoot() error {
	account, err := user.Lookup("postgres")
	if err != nil {
		return err
	}
	uid, err := strconv.ParseUint(account.Uid, 10, 32)
	if err != nil {
		return err
	}
	gid, err := strconv.ParseUint(account.Gid, 10, 32)
	if err != nil {
		return err
	}
	d.identity = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	return os.Chown(d.folder, int(uid), int(gid))
}

// program is one of PostgreSQL's own.
func (d *database) program(name string, args ...string) *exec.Cmd {
	command := exec.Command(filepath.Join(d.programs, name), args...)
	command.Dir = d.folder
	command.SysProcAttr = &syscall.SysProcAttr{Credential: d.identity}
	return command
}

// up starts the server and waits until it answers.
func (d *database) up(ctx context.Context) error {
	if err := d.start(); err != nil {
		return err
	}
	return d.awaitReady(ctx, func(context.Context) error { return d.psql("SELECT 1") })
}

// create makes the role and the database of bothost.
func (d *database) create() error { return d.psql(databaseSQL) }

// psql runs statements as the superuser, whom the socket trusts.
func (d *database) psql(statements string) error {
	command := d.program("psql", "-qAt", "-v", "ON_ERROR_STOP=1", "-v", "password="+d.password,
		"-h", d.folder, "-p", d.port, "-U", "postgres", "-d", "postgres")
	command.Stdin = strings.NewReader(statements)
	output, err := command.CombinedOutput()
	if err != nil {
		return fmt.Errorf("psql: %w: %s", err, output)
	}
	return nil
}

// dsn is how the instances reach it.
func (d *database) dsn() string {
	return (&url.URL{
		Scheme: "postgres", User: url.UserPassword("bothost", d.password),
		Host: "127.0.0.1:" + d.port, Path: "bothost", RawQuery: "sslmode=disable",
	}).String()
}

// remove ends the server and deletes its folder.
func (d *database) remove() error {
	// SIGINT is the fast stop: sessions are ended, and what is written is kept.
	if err := d.end(syscall.SIGINT); err != nil {
		return err
	}
	return os.RemoveAll(d.folder)
}
