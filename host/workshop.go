package host

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/hashicorp/go-hclog"

	"github.com/bothost/bothost/host/catalog"
	"github.com/bothost/bothost/host/config"
	"github.com/bothost/bothost/host/httpapi"
	"github.com/bothost/bothost/host/rundir"
	"github.com/bothost/bothost/host/supervise"
)

// Workshop is a plugin directory without a host around it, for commands that
// look at plugins and configurations: it opens no instance, makes no data
// directory, and leaves nothing behind once it is closed.
type Workshop struct {
	catalog  *catalog.Catalog
	launcher supervise.Launcher
	temp     string
	run      *rundir.Dir
}

// OpenWorkshop reads the plugin directory that the settings name.
func OpenWorkshop(ctx context.Context, settings config.Settings, logger hclog.Logger) (w *Workshop, err error) {
	w = &Workshop{}
	defer func() {
		if err != nil {
			err = errors.Join(err, w.Close())
		}
	}()
	if w.temp, err = os.MkdirTemp("", "bothost-"); err != nil {
		return nil, fmt.Errorf("make a temporary folder: %w", err)
	}
	if w.run, err = rundir.Create(w.temp, supervise.MaxSocketDir, logger); err != nil {
		return nil, err
	}
	w.launcher = supervise.Launcher{
		SocketDir: w.run.Sockets(), Logger: logger,
		Limits: func(plugin string) supervise.Limits { return limitsOf(settings, plugin) },
		Env:    supervise.Environment(append(supervise.CommonEnvironment(), settings.PluginEnv...)...),
	}
	w.catalog, err = catalog.Load(ctx, catalog.Settings{
		Dir: settings.PluginDir, PrivateDir: w.run.Copies(), CacheDir: existingCache(settings.DataDir),
		Logger: logger, Describe: w.launcher.Describe,
	})
	return w, err
}

// existingCache is where the host keeps descriptions, if there is a data
// directory already.
func existingCache(dataDir string) string {
	if _, err := os.Stat(dataDir); err != nil {
		return ""
	}
	return filepath.Join(dataDir, config.CatalogDir)
}

// Catalog is what the plugin directory holds.
func (w *Workshop) Catalog() *catalog.Catalog { return w.catalog }

// Plugins tells what is in the plugin directory; nothing of it runs.
func (w *Workshop) Plugins() []httpapi.Plugin {
	entries := w.catalog.Entries()
	plugins := make([]httpapi.Plugin, len(entries))
	for i, entry := range entries {
		plugins[i] = describePlugin(entry, supervise.Status{})
	}
	return plugins
}

// Close removes the copies of the plugins.
func (w *Workshop) Close() error {
	var failed []error
	if w.run != nil {
		failed = append(failed, w.run.Close())
	}
	if w.temp != "" {
		failed = append(failed, os.RemoveAll(w.temp))
	}
	return errors.Join(failed...)
}
