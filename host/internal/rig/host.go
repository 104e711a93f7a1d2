//go:build linux

package rig

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
)

// Tenant is the one that a host has.
const Tenant = "bench"

// HostSettings say what a host is like. Whatever they do not say is as it is
// without a configuration.
type HostSettings struct {
	// Bin is the folder of bothost and of plugins.
	Bin string
	// Folder is where the host keeps its data; it may hold those of an
	// earlier run.
	Folder string
	// Model and ModelURL say which model it speaks with.
	Model, ModelURL string
	// Store is the section conversation_storage.
	Store map[string]any
	// More are keys of the configuration that take the place of what a host has
	// otherwise, each as a whole.
	More map[string]any
	// Environment is added to this process's, NAME=value.
	Environment []string
}

// DataDir is the data directory of the host.
func (s HostSettings) DataDir() string { return filepath.Join(s.Folder, "data") }

// LogFile is where the host writes its log.
func (s HostSettings) LogFile() string { return filepath.Join(s.Folder, "log") }

// StartHost runs bothost with the plugin for Ollama.
func StartHost(ctx context.Context, settings HostSettings) (*Program, error) {
	plugins, err := filepath.Abs(filepath.Join(settings.Bin, "plugins"))
	if err != nil {
		return nil, fmt.Errorf("find the plugins: %w", err)
	}
	type object = map[string]any
	configuration := object{
		"listen": "127.0.0.1:0", "data_dir": settings.DataDir(), "plugin_dir": plugins,
		"bot": object{
			"llm":                  object{"provider": "ollama", "model": settings.Model, "base_url": settings.ModelURL},
			"conversation_storage": settings.Store,
		},
		"tenants": object{Tenant: object{}},
	}
	maps.Copy(configuration, settings.More)
	encoded, err := json.Marshal(configuration)
	if err != nil {
		return nil, fmt.Errorf("encode the configuration: %w", err)
	}
	if err := os.MkdirAll(settings.Folder, 0o700); err != nil {
		return nil, fmt.Errorf("make the host's folder: %w", err)
	}
	file := filepath.Join(settings.Folder, "bothost.json")
	// It may hold the password of a database.
	if err := os.WriteFile(file, encoded, 0o600); err != nil {
		return nil, fmt.Errorf("write the configuration: %w", err)
	}
	command := exec.Command(filepath.Join(settings.Bin, "bothost"), "serve", "--config", file)
	command.Env = append(os.Environ(), settings.Environment...)
	return start(ctx, settings.LogFile(), command)
}
