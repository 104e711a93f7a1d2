//go:build linux

package main

import (
	"context"
	"fmt"

	"github.com/bothost/bothost/host/bench/internal/trial"
	"github.com/bothost/bothost/host/internal/fakemodel"
	"github.com/bothost/bothost/host/internal/rig"
)

// runningHost is a host with all its plugins running.
type runningHost struct {
	subject trial.Subject
	program *rig.Program
}

// settings are those of a host of a part.
func (b *bench) settings(part string, on backend) rig.HostSettings {
	return rig.HostSettings{
		Bin: b.options.bin, Folder: b.file(part + "-" + on.folder), Model: fakemodel.Model, ModelURL: b.model, Store: on.section,
	}
}

// startHost starts a host and lets it make its first reply, so that its plugins
// run. The caller stops it.
func (b *bench) startHost(ctx context.Context, on backend, settings rig.HostSettings) (runningHost, error) {
	program, err := rig.StartHost(ctx, settings)
	if err != nil {
		return runningHost{}, err
	}
	host := runningHost{program: program, subject: trial.Subject{
		Name: "host, " + on.name, PID: program.PID(), Targets: hostTargets(program.URL, rig.Tenant),
		Written: func(ctx context.Context) (int64, error) { return on.written(ctx, program.PID()) },
	}}
	if _, err := trial.FirstReply(ctx, b.client, host.subject.Targets[trial.Plain], program.Began); err != nil {
		program.Stop()
		return host, fmt.Errorf("%s: %w", host.subject.Name, err)
	}
	return host, nil
}

// startHosts starts one for each store that there is. Those it gives are for the
// caller to stop, also when it fails.
func (b *bench) startHosts(ctx context.Context, part string) ([]runningHost, error) {
	var hosts []runningHost
	for _, on := range b.backends {
		host, err := b.startHost(ctx, on, b.settings(part, on))
		if err != nil {
			return hosts, err
		}
		hosts = append(hosts, host)
	}
	return hosts, nil
}

func stopHosts(hosts []runningHost) {
	for _, host := range hosts {
		host.program.Stop()
	}
}
