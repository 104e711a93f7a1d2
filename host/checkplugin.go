package host

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/hashicorp/go-hclog"
	"google.golang.org/grpc"

	"github.com/bothost/bothost/host/catalog"
	"github.com/bothost/bothost/host/config"
	"github.com/bothost/bothost/host/plugincheck"
	"github.com/bothost/bothost/sdk/plugintest"
)

// PluginCheck says what CheckPlugin is to check.
type PluginCheck struct {
	// File is the plugin's executable.
	File string
	// Section is the configuration to test with, as a bot's section would have
	// it, and Source names where it is from. Both may be empty.
	Section map[string]any
	Source  string
	// Environ is the environment that references of the section name.
	Environ []string
	// Patience is how long a call may say nothing. Default 45 s.
	Patience time.Duration
	// Logger gets what the plugin prints.
	Logger hclog.Logger
}

// CheckPlugin treats a file as the host would treat it in its plugin directory,
// checks its process, and then runs the conformance suite of its kind on it.
// report is called with the outcome of each case; the error says why there was
// nothing to run.
func CheckPlugin(ctx context.Context, check PluginCheck, report func(plugintest.Outcome)) (err error) {
	temp, err := os.MkdirTemp("", "bothost-check-")
	if err != nil {
		return fmt.Errorf("make a temporary folder: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(temp)) }()
	pluginDir, dataDir := filepath.Join(temp, "plugins"), filepath.Join(temp, "data")
	for _, dir := range []string{pluginDir, dataDir} {
		if err := os.Mkdir(dir, 0o700); err != nil {
			return err
		}
	}
	if err := copyFile(check.File, filepath.Join(pluginDir, filepath.Base(check.File))); err != nil {
		return fmt.Errorf("plugin %s: %w", check.File, err)
	}
	// A host that nobody has configured gives plugins what these settings name.
	unconfigured, err := config.Load(config.LoadOptions{})
	if err != nil {
		return err
	}
	settings := unconfigured.Settings()
	settings.PluginDir, settings.DataDir = pluginDir, dataDir
	// What the catalog would log of the file is in its entry.
	workshop, err := OpenWorkshop(ctx, settings, hclog.NewNullLogger())
	if err != nil {
		return err
	}
	workshop.launcher.Logger = check.Logger
	defer func() { err = errors.Join(err, workshop.Close()) }()
	return workshop.check(ctx, check, dataDir, report)
}

func (w *Workshop) check(ctx context.Context, check PluginCheck, dataDir string, report func(plugintest.Outcome)) error {
	entry := w.catalog.Entries()[0]
	if entry.State != catalog.Idle {
		return fmt.Errorf("plugin %s: %s", entry.Plugin, entry.Reason)
	}
	section, err := check.section(entry)
	if err != nil {
		return fmt.Errorf("the configuration to test with:\n%w", err)
	}
	binary, err := w.catalog.Binary(entry.Plugin)
	if err != nil {
		return err
	}
	process := plugincheck.Subject{
		Kind: entry.Kind, Path: binary.Path, Env: w.launcher.Env, SocketDir: w.launcher.SocketDir, DataDir: dataDir,
		Patience: check.Patience,
	}
	if process.Config, process.Options, err = split(entry, section); err != nil {
		return err
	}
	if !plugincheck.Run(ctx, process, report) || ctx.Err() != nil {
		return ctx.Err()
	}
	return w.launcher.Use(ctx, binary, func(ctx context.Context, conn grpc.ClientConnInterface) error {
		return plugintest.Check(ctx, plugintest.Subject{Conn: conn, Section: section, DataDir: dataDir}, report)
	})
}

// split divides a section into what an instance is opened with and what goes with
// each call.
func split(entry catalog.Entry, section map[string]any) (instance, perCall []byte, err error) {
	opened, called := entry.Schema.Split(section)
	if instance, err = json.Marshal(opened); err != nil {
		return nil, nil, err
	}
	perCall, err = json.Marshal(called)
	return instance, perCall, err
}

// copyFile keeps mode and time, so that what the host would say of the file it says
// of the copy.
func copyFile(from, to string) error {
	source, err := os.Open(from)
	if err != nil {
		return err
	}
	defer source.Close()
	info, err := source.Stat()
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return errors.New("it is not a file")
	}
	target, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(target, source)
	return errors.Join(err, target.Chmod(info.Mode().Perm()), target.Close(), os.Chtimes(to, time.Time{}, info.ModTime()))
}
