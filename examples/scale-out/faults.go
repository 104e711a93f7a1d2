//go:build unix

package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"syscall"
	"time"
)

// fault is something that is done to the fleet.
type fault struct {
	name string
	// do does it, and gives the test of whether all is well again.
	do func(context.Context) (isBack func(context.Context) error, err error)

	times   int
	longest time.Duration
}

// faults does one thing after the other to the fleet.
type faults struct {
	fleet *fleet
	dice  *rand.Rand
	all   []*fault
}

func newFaults(f *fleet, dice *rand.Rand) *faults {
	s := &faults{fleet: f, dice: dice}
	s.all = []*fault{
		{name: "an instance, SIGKILL", do: s.killInstance},
		{name: "an instance, SIGTERM and started again", do: s.restartInstance},
	}
	for _, kind := range []string{"llm", "memory", "store"} {
		s.all = append(s.all, &fault{
			name: "a plugin of kind " + kind + ", SIGKILL",
			do:   func(ctx context.Context) (func(context.Context) error, error) { return s.killPlugin(ctx, kind) },
		})
	}
	if f.database != nil {
		s.all = append(s.all, &fault{name: "PostgreSQL, stopped at once (SIGQUIT)", do: s.killDatabase})
	}
	return s
}

// strike does all of them once, whatever the time, and goes on in a new order
// until the time has come.
func (s *faults) strike(ctx context.Context, end time.Time) error {
	for first := true; first || time.Now().Before(end); first = false {
		for _, at := range s.dice.Perm(len(s.all)) {
			if err := s.wait(ctx, time.Second); err != nil {
				return err
			}
			if !first && time.Now().After(end) {
				return nil
			}
			if err := s.one(ctx, s.all[at]); err != nil {
				return fmt.Errorf("%s: %w", s.all[at].name, err)
			}
		}
	}
	return nil
}

func (s *faults) one(ctx context.Context, f *fault) error {
	began := time.Now()
	isBack, err := f.do(ctx)
	if err != nil {
		return err
	}
	for err := isBack(ctx); err != nil; err = isBack(ctx) {
		if time.Since(began) > patience {
			return fmt.Errorf("not back after %v: %w", patience, err)
		}
		if err := s.wait(ctx, 50*time.Millisecond); err != nil {
			return err
		}
	}
	f.times++
	f.longest = max(f.longest, time.Since(began))
	return nil
}

// wait waits for a random time up to the longest.
func (s *faults) wait(ctx context.Context, longest time.Duration) error {
	select {
	case <-time.After(time.Duration(s.dice.Int64N(int64(longest)))):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s *faults) anyInstance() *instance {
	return s.fleet.instances[s.dice.IntN(len(s.fleet.instances))]
}

// killInstance leaves it dead for a moment, as a machine would that starts again.
func (s *faults) killInstance(ctx context.Context) (func(context.Context) error, error) {
	i := s.anyInstance()
	if err := i.end(syscall.SIGKILL); err != nil {
		return nil, err
	}
	if err := s.wait(ctx, 2*time.Second); err != nil {
		return nil, err
	}
	return answers(i.url + "/readyz"), i.start()
}

// restartInstance is what an upgrade does, to one instance after the other.
func (s *faults) restartInstance(context.Context) (func(context.Context) error, error) {
	i := s.anyInstance()
	if err := i.end(syscall.SIGTERM); err != nil {
		return nil, err
	}
	return answers(i.url + "/readyz"), i.start()
}

// killPlugin kills the process that an instance has for the kind. The host tells
// which it is, and starts another.
func (s *faults) killPlugin(ctx context.Context, kind string) (func(context.Context) error, error) {
	i := s.anyInstance()
	pid, err := s.plugin(ctx, i, kind)
	if err != nil {
		return nil, err
	}
	if pid != 0 {
		if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
			return nil, err
		}
	}
	return func(ctx context.Context) error {
		now, err := s.plugin(ctx, i, kind)
		if err == nil && (now == 0 || now == pid) {
			err = fmt.Errorf("%s has no new process of the plugin", i.name)
		}
		return err
	}, nil
}

// plugin gives the id of the plugin's process, 0 if it does not run now.
func (s *faults) plugin(ctx context.Context, i *instance, kind string) (int, error) {
	plugins, err := s.fleet.operator(i.url).ListPlugins(ctx)
	if err != nil {
		return 0, err
	}
	for _, p := range plugins {
		if p.Kind == kind && p.State == "running" {
			return p.PID, nil
		}
	}
	return 0, nil
}

// killDatabase ends it as a power cut would, without a checkpoint. All is well
// again when every instance says so.
func (s *faults) killDatabase(ctx context.Context) (func(context.Context) error, error) {
	if err := s.fleet.database.end(syscall.SIGQUIT); err != nil {
		return nil, err
	}
	return func(ctx context.Context) error {
		for _, i := range s.fleet.instances {
			if err := answers(i.url + "/readyz")(ctx); err != nil {
				return err
			}
		}
		return nil
	}, s.fleet.database.up(ctx)
}

func (s *faults) print() {
	fmt.Printf("\n%-42s %5s  %s\n%s\n", "What was killed", "times", "until all was well again", strings.Repeat("=", 74))
	for _, f := range s.all {
		fmt.Printf("%-42s %5d  at most %.1f s\n", f.name, f.times, f.longest.Seconds())
	}
}
