//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/bothost/bothost/host/bench/internal/figures"
	"github.com/bothost/bothost/host/bench/internal/seed"
	"github.com/bothost/bothost/host/internal/rig"
)

// tenants measures hosts with more and more tenants in the registry.
func (b *bench) tenants(ctx context.Context) error {
	registered := 0
	for _, count := range b.options.tenants {
		progress("register %d tenants", count-registered)
		err := b.seed(ctx, partTenants, func(ctx context.Context, s seed.Store) error {
			return s.Register(ctx, tenantNames(registered, count), overrides)
		})
		if err != nil {
			return err
		}
		registered = count
		for _, on := range b.backends {
			row, err := b.withTenants(ctx, on, count)
			if err != nil {
				return fmt.Errorf("%s, %d tenants: %w", on.name, count, err)
			}
			b.report.Tenants = append(b.report.Tenants, row)
		}
	}
	return nil
}

// withTenants measures a host with so many tenants.
func (b *bench) withTenants(ctx context.Context, on backend, count int) (row tenantRow, err error) {
	progress("%s: starts with %d tenants", on.name, count)
	row = tenantRow{Subject: "host, " + on.name, Tenants: count}
	settings := b.settings(partTenants, on)
	if row.Start, err = b.readyTimes(ctx, settings); err != nil {
		return row, err
	}
	err = b.coldBots(ctx, on, settings, &row)
	return row, err
}

// readyTimes is the median time from the start of a host to the moment when it
// says that it is ready.
func (b *bench) readyTimes(ctx context.Context, settings rig.HostSettings) (float64, error) {
	var taken []float64
	for range b.options.starts {
		program, err := rig.StartHost(ctx, settings)
		if err != nil {
			return 0, err
		}
		ready, err := b.readyTime(ctx, program)
		program.Stop()
		if err != nil {
			return 0, err
		}
		taken = append(taken, milliseconds(ready))
	}
	median, _ := figures.Median(taken) // there is at least one
	return median, nil
}

// readyTime asks a host that has just been started until it is ready.
func (b *bench) readyTime(ctx context.Context, program *rig.Program) (time.Duration, error) {
	const most, pause = 30 * time.Second, 2 * time.Millisecond
	for time.Since(program.Began) < most {
		isReady, err := b.isReady(ctx, program.URL)
		if isReady || err != nil {
			return time.Since(program.Began), err
		}
		select {
		case <-ctx.Done():
			return 0, ctx.Err()
		case <-time.After(pause):
		}
	}
	return 0, errors.New("the host is not ready after " + most.String())
}

// tenantNames are those of the tenants from a number to another.
func tenantNames(from, to int) []string {
	var list []string
	for i := from; i < to; i++ {
		list = append(list, tenantName(i))
	}
	return list
}

func tenantName(i int) string { return fmt.Sprintf("tenant-%06d", i) }

// overrides are what a tenant has of its own: every bot is another one, while all
// share the instances of the plugins.
func overrides(name string) []byte {
	return fmt.Appendf(nil, `{"prompts":{"system":"You are the assistant of %s. You are patient, brief and exact."}}`, name)
}
