//go:build unix

package main

import (
	"context"
	"crypto/rand"
	"embed"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"

	"github.com/bothost/bothost/host/apiclient"
)

//go:embed bothost.yaml haproxy.cfg
var files embed.FS

const howMany = 3

// fleet is everything that runs.
type fleet struct {
	folder  string
	options options
	model   model

	adminKey string
	dsn      string
	// database is nil if somebody else's is used.
	database  *database
	instances []*instance
	balancer  *process
}

// instance is one bothost.
type instance struct {
	process
	number int
	url    string
}

// start starts database, instances and load balancer, in this order. Whatever
// comes of it, stop must be called.
func (f *fleet) start(ctx context.Context) error {
	for _, name := range []string{"bothost.yaml", "haproxy.cfg"} {
		content, err := files.ReadFile(name)
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(f.folder, name), content, 0o600); err != nil {
			return err
		}
	}
	f.adminKey = rand.Text()
	if err := f.startDatabase(ctx); err != nil {
		return err
	}
	if err := f.startInstances(ctx); err != nil {
		return err
	}
	return f.startBalancer(ctx)
}

func (f *fleet) startDatabase(ctx context.Context) (err error) {
	if f.dsn = f.options.dsn; f.dsn != "" {
		return nil
	}
	if f.database, err = newDatabase(f.options.logs, f.options.port+howMany+1); err != nil {
		return err
	}
	f.dsn = f.database.dsn()
	if err := f.database.up(ctx); err != nil {
		return err
	}
	return f.database.create()
}

func (f *fleet) startInstances(ctx context.Context) error {
	for number := 1; number <= howMany; number++ {
		i := f.newInstance(number)
		if err := i.start(); err != nil {
			return err
		}
		f.instances = append(f.instances, i)
	}
	for _, i := range f.instances {
		if err := i.ready(ctx); err != nil {
			return err
		}
	}
	return nil
}

// newInstance differs from the others by its address and its data directory.
func (f *fleet) newInstance(number int) *instance {
	address := f.address(number)
	name := fmt.Sprintf("instance %d", number)
	i := &instance{number: number, url: "http://" + address}
	i.process = process{name: name, log: filepath.Join(f.options.logs, fmt.Sprintf("instance-%d.log", number))}
	i.command = func() *exec.Cmd {
		command := exec.Command(filepath.Join(f.options.bin, "bothost"), "serve",
			"--config", filepath.Join(f.folder, "bothost.yaml"), "--listen", address)
		command.Env = append(os.Environ(), append(f.model.environment(),
			"BOTHOST__DATA_DIR="+filepath.Join(f.folder, fmt.Sprintf("data-%d", number)),
			"BOTHOST_ADMIN_KEY="+f.adminKey, "BOTHOST_DSN="+f.dsn)...)
		return command
	}
	return i
}

func (i *instance) ready(ctx context.Context) error {
	return i.awaitReady(ctx, answers(i.url+"/readyz"))
}

func findHAProxy() (string, error) { return findProgram("haproxy", "haproxy", "/usr/sbin") }

func (f *fleet) startBalancer(ctx context.Context) error {
	haproxy, err := findHAProxy()
	if err != nil {
		return err
	}
	balancer := &process{name: "HAProxy", log: filepath.Join(f.options.logs, "haproxy.log"), command: func() *exec.Cmd {
		command := exec.Command(haproxy, "-db", "-f", filepath.Join(f.folder, "haproxy.cfg"))
		command.Env = append(os.Environ(), "BALANCER="+f.address(0))
		for _, i := range f.instances {
			command.Env = append(command.Env, fmt.Sprintf("INSTANCE_%d=%s", i.number, f.address(i.number)))
		}
		return command
	}}
	if err := balancer.start(); err != nil {
		return err
	}
	f.balancer = balancer
	return balancer.awaitReady(ctx, answers(f.url()+"/readyz"))
}

// stop ends what runs, in the opposite order.
func (f *fleet) stop() error {
	var wrong []error
	if f.balancer != nil {
		wrong = append(wrong, f.balancer.end(syscall.SIGTERM))
	}
	for _, i := range f.instances {
		wrong = append(wrong, i.end(syscall.SIGTERM))
	}
	if f.database != nil {
		wrong = append(wrong, f.database.remove())
	}
	return errors.Join(wrong...)
}

// address of an instance; number 0 is the load balancer.
func (f *fleet) address(number int) string { return fmt.Sprintf("127.0.0.1:%d", f.options.port+number) }

func (f *fleet) url() string { return "http://" + f.address(0) }

// operator calls a host with the admin key.
func (f *fleet) operator(url string) apiclient.Client {
	return apiclient.Client{URL: url, Key: f.adminKey}
}

// introduction tells what runs where, and what to do with it.
func (f *fleet) introduction() string {
	text := f.model.banner + "\n\n"
	if f.database != nil {
		text += fmt.Sprintf("%-14s 127.0.0.1:%s\n", f.database.name, f.database.port)
	}
	for _, i := range f.instances {
		text += fmt.Sprintf("%-14s %s\n", i.name, i.url)
	}
	text += fmt.Sprintf("%-14s %s\n\n", f.balancer.name, f.url())
	return text + lines(
		"In another terminal:",
		"  export BOTHOST_URL="+f.url()+" BOTHOST_KEY="+f.adminKey,
		"  echo '{}' | "+filepath.Join(f.options.bin, "bothost")+" tenant put client-a -",
		"  "+filepath.Join(f.options.bin, "bothost")+" chat --tenant client-a \"Hello!\"",
		"",
		"Ctrl-C ends it all.")
}
