// Command multi-tenant shows what the host is for, on real plugins and a real
// store.
//
// Part one: two customers with bots of their own, over one base configuration.
// Part two: one bot, three people talking to it at the same time. Then it reads
// everything back from the store and checks that nothing has crossed.
//
//	go run ./examples/multi-tenant -plugin-dir bin/plugins
package main

import (
	"context"
	"embed"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/bothost/bothost/host"
	"github.com/bothost/bothost/host/config"
)

//go:embed bothost.yaml
var files embed.FS

func main() {
	pluginDir := flag.String("plugin-dir", "bin/plugins", "folder of the plugins")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *pluginDir); err != nil {
		fmt.Fprintln(os.Stderr, "multi-tenant:", err)
		os.Exit(1)
	}
}

// run makes a host in a folder of its own, plays both parts on it, and checks
// what the store holds afterwards.
func run(ctx context.Context, pluginDir string) (err error) {
	folder, err := os.MkdirTemp("", "bothost-example-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()

	model := findModel(ctx)
	fmt.Println(model.banner())
	h, err := start(ctx, folder, pluginDir, model)
	if err != nil {
		return err
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
		defer cancel()
		err = errors.Join(err, h.Close(ctx))
	}()

	report := &report{}
	if err := twoTenants(ctx, h, report); err != nil {
		return err
	}
	if err := threeCustomers(ctx, h, report); err != nil {
		return err
	}
	return report.conclude()
}

// start embeds a host: the example's configuration, and over it what this run
// decides.
func start(ctx context.Context, folder, pluginDir string, model model) (*host.Host, error) {
	base, err := files.ReadFile("bothost.yaml")
	if err != nil {
		return nil, err
	}
	file := filepath.Join(folder, "bothost.yaml")
	if err := os.WriteFile(file, base, 0o600); err != nil {
		return nil, err
	}
	configuration, err := config.Load(config.LoadOptions{
		Files:   []string{file},
		Environ: os.Environ(),
		Overlays: []config.Overlay{{Origin: "the example", Values: map[string]any{
			"plugin_dir": pluginDir,
			"data_dir":   filepath.Join(folder, "data"),
			"bot":        map[string]any{"llm": model.section()},
		}}},
	})
	if err != nil {
		return nil, err
	}
	logger := hclog.New(&hclog.LoggerOptions{Name: "bothost", Level: hclog.Warn})
	return host.New(ctx, configuration, host.WithLogger(logger))
}
