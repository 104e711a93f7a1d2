// Package united is a host with the plugins llm-ollama, memory-buffer and
// store-sqlite in one process: the host's own code of a turn, from the HTTP request
// on, and the plugins' own code from their services on, with calls of functions
// between them. What a turn costs more with a host as it is shipped is the price
// of the boundary between processes.
//
// It is the one place where the host's code and plugins' meet.
package united

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/bothost/bothost/host/bot"
	"github.com/bothost/bothost/host/httpapi"
	"github.com/bothost/bothost/host/lease"
	"github.com/bothost/bothost/host/registry"
	"github.com/bothost/bothost/plugins/llm-ollama/ollama"
	"github.com/bothost/bothost/plugins/memory-buffer/buffer"
	"github.com/bothost/bothost/plugins/store-sqlite/sqlite"
	"github.com/bothost/bothost/sdk"
	"github.com/bothost/bothost/sdk/client"
	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/store"
)

// Settings say what the host is like.
type Settings struct {
	// DataDir is made if it is not there.
	DataDir string
	// Tenant is the one that there is, on a model of Ollama.
	Tenant, Model, ModelURL string
}

// Host answers the HTTP API. It must be closed.
type Host struct {
	http.Handler

	plugins  []*sdk.Plugin
	leases   *lease.Keeper
	registry *registry.Registry
}

// New makes a host. If it fails nothing is left.
func New(ctx context.Context, settings Settings) (h *Host, err error) {
	if err := os.MkdirAll(settings.DataDir, 0o700); err != nil {
		return nil, fmt.Errorf("make the data directory: %w", err)
	}
	h = &Host{leases: lease.NewKeeper("united", "", hclog.NewNullLogger())}
	defer func() {
		if err != nil {
			h.Close()
		}
	}()
	parts, err := h.parts(ctx, settings)
	if err != nil {
		return nil, err
	}
	h.registry = registry.New(h.registrySettings(settings.Tenant, parts)) //nolint:contextcheck // it lives as long as the host
	h.Handler = httpapi.New(httpapi.Settings{
		Registry: h.registry, Auth: httpapi.Auth{Hosts: []string{"127.0.0.1"}}, Logger: hclog.NewNullLogger(),
	})
	return h, nil
}

// Close ends the turns, and closes the plugins after them.
func (h *Host) Close() {
	if h.registry != nil {
		h.registry.Close()
	}
	h.leases.Close()
	for _, plugin := range h.plugins {
		plugin.Close()
	}
}

// parts are what the tenant's bot is made of, with the limits that a host has
// unless it is told otherwise.
func (h *Host) parts(ctx context.Context, settings Settings) (parts bot.Parts, err error) {
	options, err := json.Marshal(map[string]any{"model": settings.Model})
	if err != nil {
		return parts, fmt.Errorf("write the options: %w", err)
	}
	parts = bot.Parts{
		Tenant: settings.Tenant, Holder: h.leases.Holder(), Logger: hclog.NewNullLogger(),
		Limits: bot.Limits{IdleTimeout: 2 * time.Minute, TurnTimeout: 15 * time.Minute},
	}
	model, modelErr := sdk.NewLLM("llm-ollama", "united", ollama.Open)
	memory, memoryErr := sdk.NewMemory("memory-buffer", "united", buffer.Open)
	database, storeErr := sdk.NewStore("store-sqlite", "united", sqlite.Open)
	if err := errors.Join(modelErr, memoryErr, storeErr); err != nil {
		return parts, err
	}
	var speaker bot.Plugin
	for _, opened := range []struct {
		plugin *sdk.Plugin
		config map[string]any
		into   *bot.Plugin
	}{
		{model, map[string]any{"base_url": settings.ModelURL}, &speaker},
		{memory, nil, &parts.Memory},
		{database, nil, &parts.Store},
	} {
		h.plugins = append(h.plugins, opened.plugin)
		if *opened.into, err = open(ctx, opened.plugin.WithLog(io.Discard), opened.config, settings.DataDir); err != nil {
			return parts, err
		}
	}
	parts.Models = []bot.Model{bot.Opened(speaker, options)}
	return parts, nil
}

// registrySettings are of a registry whose one tenant is the operator's.
func (h *Host) registrySettings(tenant string, parts bot.Parts) registry.Settings {
	files := map[string]registry.Tenant{tenant: {Name: tenant, File: "united", Config: json.RawMessage("{}"), Active: true}}
	return registry.Settings{
		Files: func() map[string]registry.Tenant { return files },
		UseStore: func(context.Context, func(context.Context, store.Tenants) error) error {
			return fault.New(fault.Unsupported, "nobody is registered here")
		},
		Watch: func(ctx context.Context, _ *uint64, _ func(store.WatchEvent) error) error {
			<-ctx.Done()
			return ctx.Err()
		},
		Build: func(ctx context.Context, _ registry.Tenant) (*bot.Bot, func(), error) {
			letGo, err := h.leases.Hold(ctx, "store", func(ctx context.Context, use func(context.Context, store.Conversations) error) error {
				return bot.Use(ctx, parts.Store, func(ctx context.Context, instance client.Instance) error {
					return use(ctx, client.Conversations{Instance: instance})
				})
			})
			if err != nil {
				return nil, nil, err
			}
			return bot.New(parts), letGo, nil
		},
		Gates: bot.NewGates(time.Minute, 32), CacheTTL: 5 * time.Minute, MaxCacheSize: 1000, Logger: hclog.NewNullLogger(),
	}
}
