//go:build linux

// Package cluster runs what is tried: instances of the host as processes, the
// store that they share, and a proxy before each instance and before each
// instance's way to the database. It can end all of it the hard way, and read
// afterwards what is stored.
package cluster

import (
	"context"
	"crypto/rand"
	"fmt"
	"path/filepath"

	"github.com/bothost/bothost/host/chaos/internal/model"
	"github.com/bothost/bothost/host/chaos/internal/proxy"
	"github.com/bothost/bothost/host/internal/rig"
)

// The stores that a cluster can have.
const (
	Postgres = "postgres"
	SQLite   = "sqlite"
)

// Settings say what a cluster is like.
type Settings struct {
	// Bin is the folder of bothost and of plugins.
	Bin string
	// Folder is where all data and logs are kept; other users may enter it.
	Folder    string
	Instances int
	// Store is Postgres or SQLite.
	Store    string
	ModelURL string
	Seed     uint64
}

// Cluster is running instances. Its own methods are not safe for concurrent use,
// those of different instances are.
type Cluster struct {
	Instances []*Instance
	// Database is nil with SQLite.
	Database *rig.Postgres
	// AdminKey opens all routes of all instances.
	AdminKey string

	settings Settings
}

// Start starts everything. A cluster is returned also with an error, and must be
// stopped.
func Start(ctx context.Context, settings Settings) (*Cluster, error) {
	c := &Cluster{settings: settings, AdminKey: rand.Text()}
	if settings.Store == Postgres {
		var err error
		if c.Database, err = rig.StartPostgres(ctx, settings.Folder); err != nil {
			return c, err
		}
	}
	for number := range settings.Instances {
		instance, err := c.newInstance(number)
		if err != nil {
			return c, err
		}
		c.Instances = append(c.Instances, instance)
		if err := instance.Start(ctx); err != nil {
			return c, err
		}
	}
	return c, nil
}

// Stop ends everything. Logs and SQLite's file stay.
func (c *Cluster) Stop() {
	for _, instance := range c.Instances {
		instance.stop()
	}
	if c.Database != nil {
		c.Database.Stop()
	}
}

func (c *Cluster) newInstance(number int) (*Instance, error) {
	clients, err := proxy.Listen(c.settings.Seed + uint64(2*number))
	if err != nil {
		return nil, err
	}
	instance := &Instance{Number: number, Clients: clients}
	store, err := c.storeOf(instance)
	if err != nil {
		return instance, err
	}
	type object = map[string]any
	instance.settings = rig.HostSettings{
		Bin: c.settings.Bin, Folder: filepath.Join(c.settings.Folder, fmt.Sprintf("host-%d", number)),
		Model: model.Name, ModelURL: c.settings.ModelURL, Store: store,
		More: object{
			"auth":    object{"mode": "keys", "admin_key": c.AdminKey},
			"tenants": object{},
			// Waits are short, so that a run sees their ends. That of a turn is not:
			// it must not be what frees a conversation.
			"conversation": object{"wait": "5s", "idle_timeout": "3s", "turn_timeout": "15m"},
		},
	}
	return instance, nil
}

// storeOf is the section of one instance, which reaches the database through a
// proxy of its own.
func (c *Cluster) storeOf(instance *Instance) (map[string]any, error) {
	if c.Database == nil {
		file, err := filepath.Abs(c.sqliteFile())
		return map[string]any{"backend": SQLite, "path": file}, err
	}
	way, err := proxy.Listen(c.settings.Seed + uint64(2*instance.Number+1))
	if err != nil {
		return nil, err
	}
	way.SetTarget(fmt.Sprintf("127.0.0.1:%d", c.Database.Port()))
	instance.Database = way
	store := c.Database.StoreAt(way.Port())
	// All instances together stay below what a server allows, with room for
	// connections that a fault has left behind.
	store["pool_size"] = 8
	return store, nil
}

func (c *Cluster) sqliteFile() string { return filepath.Join(c.settings.Folder, "bothost.db") }
