//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/bothost/bothost/host/chaos/internal/cluster"
	"github.com/bothost/bothost/host/chaos/internal/drive"
	"github.com/bothost/bothost/host/chaos/internal/history"
	"github.com/bothost/bothost/host/chaos/internal/model"
)

// modelStep is the longest that the model takes for a piece: long enough for
// turns to meet, short enough for many of them.
const modelStep = 8 * time.Millisecond

// chaos is one run.
type chaos struct {
	options options
	began   time.Time
	// folder holds data and logs.
	folder   string
	model    *model.Server
	cluster  *cluster.Cluster
	operator *drive.Operator
	http     *http.Client
	places   []drive.Place
	stops    []func()
}

func run(ctx context.Context, args []string) error {
	o, err := parseOptions(args, os.Stderr)
	if err != nil {
		return err
	}
	c := &chaos{options: o, began: time.Now(), http: &http.Client{Transport: &http.Transport{
		MaxIdleConnsPerHost: o.clients, DisableCompression: true,
	}}}
	progress("seed %d; to repeat this run: %s", o.seed, o.command())
	result, err := c.try(ctx)
	if err != nil {
		return fmt.Errorf("%w (seed %d; the logs are in %s)", err, o.seed, c.folder)
	}
	result.print(os.Stdout)
	if err := result.verdict(o); err != nil {
		return fmt.Errorf("%w (the logs and the history are in %s; to repeat: %s)", err, c.folder, o.command())
	}
	if o.isKept {
		progress("the logs are in %s", c.folder)
		return nil
	}
	return os.RemoveAll(c.folder)
}

// try makes the run and judges it. Everything that was started has ended when it
// returns.
func (c *chaos) try(ctx context.Context) (*result, error) {
	defer c.stop()
	if err := c.start(ctx); err != nil {
		return nil, err
	}
	requests, injected, err := c.drive(ctx)
	if err != nil {
		return nil, err
	}
	driven := c.elapsed()
	requests = append(requests, c.finish(ctx)...)
	transcripts, err := c.read(ctx)
	if err != nil {
		return nil, err
	}
	asks, _ := c.model.Asks()
	h := &history.History{Requests: requests, Asks: asks, Transcripts: transcripts}
	h.Tenants, h.Deletions = c.operator.Record()
	progress("check")
	r := &result{history: h, injected: injected, driven: driven, elapsed: c.elapsed(), violations: history.Check(h)}
	for _, instance := range c.cluster.Instances {
		r.died = errors.Join(r.died, instance.Died())
	}
	return r, r.save(c.folder)
}

func (c *chaos) elapsed() time.Duration { return time.Since(c.began) }

// start starts everything that is tried, and registers the tenants.
func (c *chaos) start(ctx context.Context) (err error) {
	if c.folder, err = os.MkdirTemp("", "bothost-chaos-"); err != nil {
		return fmt.Errorf("make a folder: %w", err)
	}
	// The database's user must be able to enter it.
	if err := os.Chmod(c.folder, 0o711); err != nil {
		return fmt.Errorf("open the folder: %w", err)
	}
	address, err := c.startModel()
	if err != nil {
		return err
	}
	progress("start %d instances on %s", c.options.instances, c.options.store)
	c.cluster, err = cluster.Start(ctx, cluster.Settings{
		Bin: c.options.bin, Folder: c.folder, Instances: c.options.instances, Store: c.options.store,
		ModelURL: address, Seed: c.options.seed,
	})
	c.stops = append(c.stops, c.cluster.Stop)
	if err != nil {
		return err
	}
	c.operator = drive.NewOperator(c.cluster.AdminKey, c.world((*cluster.Instance).URL), c.options.seed)
	return c.register(ctx)
}

func (c *chaos) startModel() (url string, err error) {
	c.model = model.New(c.options.seed, c.elapsed, modelStep)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("listen for the model's server: %w", err)
	}
	server := &http.Server{Handler: c.model, ReadHeaderTimeout: 10 * time.Second}
	served := make(chan struct{})
	go func() {
		defer close(served)
		_ = server.Serve(listener) // until it is closed
	}()
	c.stops = append(c.stops, func() {
		_ = server.Close()
		<-served
	})
	return "http://" + listener.Addr().String(), nil
}

// register makes tenants and names their conversations.
func (c *chaos) register(ctx context.Context) error {
	for t := range c.options.tenants {
		name := fmt.Sprintf("tenant-%d", t)
		key, err := c.operator.Register(ctx, name, 4+2*(t%3))
		if err != nil {
			return err
		}
		for n := range c.options.conversations {
			// The same ids for all tenants: what keeps them apart is the tenant.
			place := history.Place{Tenant: name, Conversation: fmt.Sprintf("conversation-%d", n)}
			c.places = append(c.places, drive.Place{Place: place, Key: key})
		}
	}
	return nil
}

// world is the clients' view, by where they reach an instance.
func (c *chaos) world(url func(*cluster.Instance) string) *drive.World {
	world := &drive.World{Places: c.places, Elapsed: c.elapsed, HTTP: c.http}
	for _, instance := range c.cluster.Instances {
		world.URLs = append(world.URLs, url(instance))
	}
	return world
}

// stop ends everything that was started, the last first.
func (c *chaos) stop() {
	for i := len(c.stops) - 1; i >= 0; i-- {
		c.stops[i]()
	}
}

func (c *chaos) file(name string) string { return filepath.Join(c.folder, name) }

// progress tells people what goes on; it is no part of the result.
func progress(format string, args ...any) { fmt.Fprintf(os.Stderr, "chaos: "+format+"\n", args...) }
