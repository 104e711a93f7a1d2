package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"syscall"

	"github.com/hashicorp/go-hclog"
	"github.com/spf13/cobra"

	"github.com/bothost/bothost/host"
	"github.com/bothost/bothost/host/config"
	"github.com/bothost/bothost/sdk/tuning"
)

// reserve lets the garbage of turns grow by so much before it is collected.
const reserve = 16 << 20

func (a *app) serveCommand() *cobra.Command {
	var l *local
	command := leaf("serve [--config FILE]... [--plugin-dir DIR] [--listen ADDR] [--attach LINE]...", "Run a host",
		func(ctx context.Context, _ []string) error { return a.serve(ctx, l) })
	command.Long = `Run a host.

Without a configuration it listens on 127.0.0.1:8080, keeps everything in SQLite
in ./data, finds plugins in the folder plugins beside this program, and uses
Ollama at its usual address.

SIGINT or SIGTERM: turns that run may finish, then it ends; a second one ends it
at once. Configuration files are read again when they change, and on SIGHUP.

--attach uses a plugin that runs already, under a debugger perhaps: see Debugging
in docs/plugins.md.`
	command.Example = `  bothost serve
  bothost serve --config bothost.yaml --listen 127.0.0.1:9000`
	l = a.localFlags(command)
	l.attachFlag(command)
	command.Flags().StringVar(&l.listen, "listen", "", "`ADDR` to listen on (default: 127.0.0.1:8080)")
	return command
}

func (a *app) serve(ctx context.Context, l *local) (err error) {
	c, err := l.load()
	if err != nil {
		return err
	}
	defer tuning.NewReserve(reserve).Release()
	logger := newLogger(c.Settings().Log, a.stderr)
	h, err := l.openHost(ctx, c, logger)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeHost(ctx, h)) }()
	listener, err := h.Listen(ctx)
	if err != nil {
		return withHint(err, "another address: bothost serve --listen 127.0.0.1:PORT")
	}
	stopReloading := reloadOnChange(ctx, h, l.options(), logger)
	defer stopReloading()
	a.announce(c, listener.Addr())
	return h.Serve(ctx, listener)
}

// announce tells people how to reach the host.
func (a *app) announce(c *config.Config, address net.Addr) {
	lines := []string{"Listening on http://" + address.String()}
	settings := c.Settings()
	if settings.Auth.Mode == config.AuthNone {
		lines = append(lines, "Auth mode none: whoever is on this machine may do everything; the header X-Tenant names the tenant")
	} else {
		lines = append(lines, "Auth mode keys: requests carry a key in the header Authorization: Bearer KEY")
		if configured, err := c.AdminKey(); err == nil && configured == "" {
			lines = append(lines, "Admin key in the file "+filepath.Join(settings.DataDir, config.AdminKeyFile))
		}
	}
	fmt.Fprintln(a.stdout, strings.Join(lines, "\n"))
}

// reloadOnChange reads the configuration again when its files change and on
// SIGHUP, until ctx ends or the function is called that it gives, which waits
// for the end of it.
func reloadOnChange(ctx context.Context, h *host.Host, options config.LoadOptions, logger hclog.Logger) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	hangups := make(chan os.Signal, 1)
	signal.Notify(hangups, syscall.SIGHUP)
	var routines sync.WaitGroup
	routines.Go(func() { h.Watch(ctx, options) })
	routines.Go(func() {
		for {
			select {
			case <-hangups:
				reload(h, options, logger)
			case <-ctx.Done():
				return
			}
		}
	})
	return func() {
		signal.Stop(hangups)
		cancel()
		routines.Wait()
	}
}

func reload(h *host.Host, options config.LoadOptions, logger hclog.Logger) {
	changed, err := config.Load(options)
	if err == nil {
		err = h.Reload(changed)
	}
	if err != nil {
		logger.Error("configuration not reloaded; the last good one stays in force", "error", err)
	}
}
