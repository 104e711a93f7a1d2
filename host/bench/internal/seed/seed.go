// Package seed fills a store with conversations and tenants as a host would have
// done: through its plugin and the contract, so that it knows no schema. It runs
// the plugin in a process of its own; a host may use the same store meanwhile.
package seed

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"google.golang.org/grpc"

	"github.com/bothost/bothost/host/supervise"
	"github.com/bothost/bothost/sdk/client"
	pluginv1 "github.com/bothost/bothost/sdk/plugin/v1"
)

// instance is the one that the plugin has.
const instance = "seed"

// Settings say which store it is.
type Settings struct {
	// Plugins is the folder of plugins.
	Plugins string
	// Section is what a host's configuration says of the store.
	Section map[string]any
	// DataDir is the data directory of the host whose store it is.
	DataDir string
	// Sockets is a private folder.
	Sockets string
}

// Store is an open store. Its methods may be called concurrently.
type Store struct {
	conversations client.Conversations
	tenants       client.Tenants
}

// Use opens the store, calls work, and stops the plugin.
func Use(ctx context.Context, settings Settings, work func(context.Context, Store) error) error {
	binary, config, err := settings.resolve()
	if err != nil {
		return err
	}
	launcher := supervise.Launcher{
		SocketDir: settings.Sockets, Env: supervise.Environment(supervise.CommonEnvironment()...),
	}
	return launcher.Use(ctx, binary, func(ctx context.Context, conn grpc.ClientConnInterface) error {
		_, err := pluginv1.NewPluginServiceClient(conn).Open(ctx, &pluginv1.OpenRequest{
			Instance: instance, Config: config, DataDir: settings.DataDir,
		})
		if err != nil {
			return fmt.Errorf("open %s: %w", binary.Plugin, client.Error(err))
		}
		opened := client.Instance{Conn: conn, ID: instance}
		return work(ctx, Store{client.Conversations{Instance: opened}, client.Tenants{Instance: opened}})
	})
}

// resolve finds the plugin, makes the folders, and encodes what the plugin is to
// know.
func (s Settings) resolve() (binary supervise.Binary, config []byte, err error) {
	section := make(map[string]any, len(s.Section))
	for key, value := range s.Section {
		section[key] = value
	}
	backend, ok := section["backend"].(string)
	if !ok {
		return binary, nil, fmt.Errorf("the store has no backend: %v", s.Section)
	}
	delete(section, "backend")
	if config, err = json.Marshal(section); err != nil {
		return binary, nil, fmt.Errorf("encode the store's configuration: %w", err)
	}
	for _, folder := range []string{s.DataDir, s.Sockets} {
		if err := os.MkdirAll(folder, 0o700); err != nil {
			return binary, nil, fmt.Errorf("make a folder: %w", err)
		}
	}
	binary.Plugin = "store-" + backend
	binary.Path, err = filepath.Abs(filepath.Join(s.Plugins, binary.Plugin))
	return binary, config, err
}
