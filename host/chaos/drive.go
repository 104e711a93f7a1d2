//go:build linux

package main

import (
	"context"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/bothost/bothost/host/chaos/internal/cluster"
	"github.com/bothost/bothost/host/chaos/internal/drive"
	"github.com/bothost/bothost/host/chaos/internal/faults"
	"github.com/bothost/bothost/host/chaos/internal/history"
)

const (
	// tail is how long messages that were not answered when the faults ended are
	// tried on.
	tail = 20 * time.Second
	// finishTime is how long a message may take to which nothing is in the way:
	// longer than any lease.
	finishTime = time.Minute
	// finishers is how many conversations are finished at once.
	finishers = 8
	// lastTurns is how many turns each conversation makes then.
	lastTurns = 2
	// longestPause is that between two faults of one hand.
	longestPause = 1500 * time.Millisecond
)

// drive lets clients speak and faults happen, and returns when both are over and
// all instances run again.
func (c *chaos) drive(ctx context.Context) (requests []history.Request, injected map[string]int, err error) {
	log, err := os.Create(c.file("faults.log"))
	if err != nil {
		return nil, nil, fmt.Errorf("make a log: %w", err)
	}
	defer func() { _ = log.Close() }()
	injector := &faults.Injector{Elapsed: c.elapsed, Log: log, Pause: longestPause}
	err = injector.Fill(c.options.faults, faults.Target{
		Cluster: c.cluster, Change: c.operator.Change,
		Delete: func(ctx context.Context) error { return c.operator.Delete(ctx, c.deletable()) },
	})
	if err != nil {
		return nil, nil, err
	}
	begin, stop := context.WithTimeout(ctx, c.options.time)
	defer stop()
	progress("drive for %v", c.options.time)
	clients, wait := c.speak(ctx, begin)
	err = injector.Run(begin, c.options.hands, c.options.seed)
	wait()
	c.model.Calm()
	for _, instance := range c.cluster.Instances {
		if err == nil {
			err = instance.Restart(ctx)
		}
	}
	return sentBy(clients), injector.Injected(), err
}

// deletable are the conversations that are deleted while they are used: the
// first of each tenant.
func (c *chaos) deletable() []history.Place {
	var places []history.Place
	for at := 0; at < len(c.places); at += c.options.conversations {
		places = append(places, c.places[at].Place)
	}
	return places
}

// sentBy gives what clients have sent that have ended.
func sentBy(clients []*drive.Client) []history.Request {
	var requests []history.Request
	for _, client := range clients {
		requests = append(requests, client.Requests...)
	}
	return requests
}

// speak starts the clients. wait returns when they have ended: what was begun
// before begin ended is tried a little longer.
func (c *chaos) speak(ctx, begin context.Context) (clients []*drive.Client, wait func()) {
	world := c.world((*cluster.Instance).URL)
	trying, cancel := context.WithTimeout(ctx, c.options.time+tail)
	var speaking sync.WaitGroup
	for n := range c.options.clients {
		client := drive.NewClient(world, fmt.Sprintf("client-%d", n), c.options.seed+uint64(n)<<32)
		clients = append(clients, client)
		speaking.Go(func() { client.Run(trying, begin) })
	}
	return clients, func() {
		speaking.Wait()
		cancel()
	}
}

// finish makes the last turns of each conversation, past the proxies and without
// faults. They must succeed.
func (c *chaos) finish(ctx context.Context) []history.Request {
	progress("finish")
	world := c.world((*cluster.Instance).Direct)
	ctx, cancel := context.WithTimeout(ctx, lastTurns*finishTime)
	defer cancel()
	var finishing sync.WaitGroup
	clients := make([]*drive.Client, finishers)
	for n := range clients {
		client := drive.NewClient(world, fmt.Sprintf("finisher-%d", n), c.options.seed+uint64(n)<<33)
		clients[n] = client
		finishing.Go(func() {
			for at := n; at < len(c.places); at += finishers {
				for range lastTurns {
					client.Finish(ctx, c.places[at])
				}
			}
		})
	}
	finishing.Wait()
	return sentBy(clients)
}
