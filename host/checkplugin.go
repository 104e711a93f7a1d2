package host

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/hashicorp/go-hclog"
	"google.golang.org/grpc"

	"github.com/bothost/bothost/host/catalog"
	"github.com/bothost/bothost/host/config"
	"github.com/bothost/bothost/sdk/plugintest"
	"github.com/bothost/bothost/sdk/schema"
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
	// Logger gets what the plugin prints.
	Logger hclog.Logger
}

// CheckPlugin treats a file as the host would treat it in its plugin directory,
// and then runs the conformance suite of its kind on it. report is called with
// the outcome of each case; the error says why there was no suite to run.
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
	workshop, err := OpenWorkshop(ctx, config.Settings{PluginDir: pluginDir, DataDir: dataDir}, check.Logger)
	if err != nil {
		return err
	}
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
	return w.launcher.Use(ctx, binary, func(ctx context.Context, conn grpc.ClientConnInterface) error {
		return plugintest.Check(ctx, plugintest.Subject{Conn: conn, Section: section, DataDir: dataDir}, report)
	})
}

// copyFile keeps the mode, so that what the host would say of the file it says
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
	return errors.Join(err, target.Chmod(info.Mode().Perm()), target.Close())
}

// section resolves the configuration by the host's own rules: a bot is
// configured whose one real plugin is the entry's.
func (c PluginCheck) section(entry catalog.Entry) (map[string]any, error) {
	loaded, err := config.Load(config.LoadOptions{
		Environ:  withoutConfiguration(c.Environ),
		Overlays: []config.Overlay{{Origin: "bothost plugin check", Values: standIns()}, c.overlay(entry)},
	})
	if err != nil {
		return nil, err
	}
	resolver, err := loaded.Bind(onlyPlugin{entry})
	if err != nil {
		return nil, err
	}
	bot, err := resolver.Bot("check", nil)
	if err != nil {
		return nil, err
	}
	resolved, err := map[string]config.Section{"llm": bot.LLM, "memory": bot.Memory, "store": bot.Store}[entry.Kind].Resolve()
	if err != nil {
		return nil, err
	}
	section := map[string]any{}
	for _, half := range [][]byte{resolved.Instance, resolved.PerCall} {
		if err := json.Unmarshal(half, &section); err != nil {
			return nil, err
		}
	}
	return section, nil
}

// place is where a bot's configuration has the plugin of a kind, and the key
// there that picks it.
func place(kind string) (section, choice string) {
	switch kind {
	case "llm":
		return "llm", "provider"
	case "memory":
		return "memory", "type"
	default:
		return "conversation_storage", "backend"
	}
}

func (c PluginCheck) overlay(entry catalog.Entry) config.Overlay {
	section, choice := place(entry.Kind)
	values := map[string]any{choice: entry.Name}
	for key, value := range c.Section {
		if key != choice || value != entry.Name {
			values[key] = value
		}
	}
	return config.Overlay{Origin: c.Source, Values: map[string]any{"bot": map[string]any{section: values}}}
}

// withoutConfiguration leaves out the variables that would configure a host.
func withoutConfiguration(environ []string) []string {
	var rest []string
	for _, variable := range environ {
		if !strings.HasPrefix(variable, "BOTHOST__") {
			rest = append(rest, variable)
		}
	}
	return rest
}

// standIn is the plugin in the places that are not tested.
const standIn = "stand-in"

func standIns() map[string]any {
	bot := map[string]any{}
	for _, kind := range []string{"llm", "memory", "store"} {
		section, choice := place(kind)
		bot[section] = map[string]any{choice: standIn}
	}
	return map[string]any{"bot": bot}
}

// onlyPlugin is a directory of one plugin and stand-ins.
type onlyPlugin struct{ entry catalog.Entry }

func (o onlyPlugin) Names(kind string) []string {
	if kind == o.entry.Kind {
		return []string{o.entry.Name, standIn}
	}
	return []string{standIn}
}

func (o onlyPlugin) Schema(plugin string) (*schema.Schema, error) {
	if plugin == o.entry.Plugin {
		return o.entry.Schema, nil
	}
	return schema.Parse([]byte(`{"type": "object"}`))
}
