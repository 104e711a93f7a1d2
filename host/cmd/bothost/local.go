package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/spf13/cobra"

	"github.com/bothost/bothost/host"
	"github.com/bothost/bothost/host/config"
	"github.com/bothost/bothost/sdk/plugin/handshake"
)

// local are the flags of commands that read configuration files.
type local struct {
	app       *app
	files     []string
	pluginDir string
	listen    string
	// attach are the lines of plugins that run already.
	attach []string
}

func (a *app) localFlags(command *cobra.Command) *local {
	l := &local{app: a}
	command.Flags().StringArrayVar(&l.files, "config", nil,
		"configuration `FILE`, or folder of them; may be repeated, later ones win")
	command.Flags().StringVar(&l.pluginDir, "plugin-dir", "", "`DIR` of the plugins (default: plugins beside this program)")
	return l
}

// attachFlag is for commands that make a host.
func (l *local) attachFlag(command *cobra.Command) {
	command.Flags().StringArrayVar(&l.attach, "attach", nil,
		"`LINE` that a plugin printed which was started with "+handshake.DebugFlag+": use that process; may be repeated")
}

func (l *local) attachments() ([]handshake.Attachment, error) {
	attachments := make([]handshake.Attachment, len(l.attach))
	for i, line := range l.attach {
		var err error
		if attachments[i], err = handshake.ParseAttachment(line); err != nil {
			return nil, usagef("--attach: %w", err)
		}
	}
	return attachments, nil
}

// options are the layers, with flags over everything else.
func (l *local) options() config.LoadOptions {
	options := config.LoadOptions{Files: l.files, Environ: l.app.environ}
	for _, flag := range []struct{ name, key, value string }{
		{"--plugin-dir", "plugin_dir", l.pluginDir},
		{"--listen", "listen", l.listen},
	} {
		if flag.value != "" {
			options.Overlays = append(options.Overlays, config.Overlay{
				Origin: "flag " + flag.name, Values: map[string]any{flag.key: flag.value},
			})
		}
	}
	return options
}

// load reads the configuration and makes sure that there is a plugin directory.
func (l *local) load() (*config.Config, error) {
	c, err := config.Load(l.options())
	if err != nil {
		return nil, withHint(fmt.Errorf("the configuration is wrong:\n%w", err), "correct it; bothost config check reads it again")
	}
	return c, checkPluginDir(c.Settings().PluginDir)
}

func checkPluginDir(dir string) error {
	if info, err := os.Stat(dir); err == nil && info.IsDir() {
		return nil
	}
	return withHint(fmt.Errorf("there is no folder of plugins at %s", dir),
		"name it with --plugin-dir, or with plugin_dir in a configuration file; in the source tree, make build makes bin/plugins")
}

// openHost makes a host in this process.
func (l *local) openHost(ctx context.Context, c *config.Config, logger hclog.Logger) (*host.Host, error) {
	attachments, err := l.attachments()
	if err != nil {
		return nil, err
	}
	h, err := host.New(ctx, c, host.WithLogger(logger), host.WithVersion(programVersion()), host.WithAttached(attachments...))
	if err != nil {
		return nil, explainConfig(err)
	}
	return h, nil
}

// explainConfig says what to do about a configuration that the plugins do not
// fit.
func explainConfig(err error) error {
	if problems, ok := errors.AsType[config.Problems](err); ok {
		for _, problem := range problems {
			if problem.MissingPlugin != "" {
				return withHint(err, "bothost plugin list shows what is there, and why a plugin is refused")
			}
		}
		return withHint(err, "bothost plugin describe NAME lists the keys of a plugin")
	}
	return err
}

// closeTime bounds the end of a host.
const closeTime = 20 * time.Second

// closeHost ends a host whatever has become of the context.
func closeHost(ctx context.Context, h *host.Host) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeTime)
	defer cancel()
	return h.Close(ctx)
}

// newLogger writes the log as the settings want it.
func newLogger(settings config.Log, output io.Writer) hclog.Logger {
	return hclog.New(&hclog.LoggerOptions{
		Name: "bothost", Level: hclog.LevelFromString(settings.Level), JSONFormat: settings.Format == "json",
		Output: eventLine{output}, TimeFormat: "2006-01-02T15:04:05.000Z07:00",
	})
}

// quietLogger is for commands whose output is something else than a log.
func (a *app) quietLogger() hclog.Logger { return newLogger(config.Log{Level: "warn"}, a.stderr) }

// silentLogger is for commands that tell of what is logged in words of their own.
func (a *app) silentLogger() hclog.Logger { return hclog.NewNullLogger() }
