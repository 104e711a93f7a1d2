//go:build linux

package faults

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/bothost/bothost/host/chaos/internal/cluster"
	"github.com/bothost/bothost/host/chaos/internal/proxy"
)

// victims are those that suffer now: a second fault of the same sort spares
// them.
type victims struct {
	mu  sync.Mutex
	now map[string]bool
}

func newVictims() *victims { return &victims{now: make(map[string]bool)} }

// take reserves a victim until release.
func (v *victims) take(name string) (release func(), ok bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.now[name] {
		return nil, false
	}
	v.now[name] = true
	return func() {
		v.mu.Lock()
		defer v.mu.Unlock()
		delete(v.now, name)
	}, true
}

// perform gives what a kind of fault does.
func (v *victims) perform(kind string, target Target) func(context.Context, *rand.Rand) (string, error) {
	return func(ctx context.Context, random *rand.Rand) (string, error) {
		instances := target.Cluster.Instances
		instance := instances[random.IntN(len(instances))]
		verb, object, _ := strings.Cut(kind, "-")
		name := fmt.Sprintf("%s of instance %d", object, instance.Number)
		if kind == "restart-database" || object == "" {
			name = kind
		}
		release, ok := v.take(name)
		if !ok {
			return name, errNoVictim
		}
		defer release()
		length := lasts(kind, random)
		switch object {
		case "":
			return name, change(ctx, verb, target)
		case "clients":
			return name, disturb(ctx, instance.Clients, verb, random, length)
		case "database":
			if verb == "restart" {
				return name, target.Cluster.Database.Restart(context.WithoutCancel(ctx), upTo(random, 2*time.Second))
			}
			return name, disturb(ctx, instance.Database, verb, random, length)
		case "host":
			object = ""
		}
		return name, hit(ctx, instance, verb, object, length)
	}
}

// change deletes a conversation or changes a tenant. What the API says to it is
// not judged here.
func change(ctx context.Context, verb string, target Target) error {
	limited, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	if verb == "delete" {
		_ = target.Delete(limited)
	} else {
		_ = target.Change(limited)
	}
	return nil
}

// disturb troubles the connections of a proxy for a while.
func disturb(ctx context.Context, through *proxy.Proxy, verb string, random *rand.Rand, length time.Duration) error {
	switch verb {
	case "cut":
		through.Cut(1 << (6 + random.IntN(11)))
	case "stall":
		through.Stall()
	case "delay":
		through.Delay(50 * time.Millisecond)
	}
	wait(ctx, length)
	through.Heal()
	return nil
}

// hit kills or stops a host or one of its plugins.
func hit(ctx context.Context, instance *cluster.Instance, verb, object string, length time.Duration) error {
	if verb == "stop" {
		pid, err := instance.Signal(object, syscall.SIGSTOP)
		if err != nil {
			return errNoVictim
		}
		wait(ctx, length)
		// It may have been killed meanwhile.
		_ = syscall.Kill(pid, syscall.SIGCONT)
		return nil
	}
	if object != "" {
		if _, err := instance.Signal(object, syscall.SIGKILL); err != nil {
			return errNoVictim
		}
		return nil
	}
	if instance.Kill() != nil {
		return errNoVictim
	}
	wait(ctx, length)
	patient, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Minute)
	defer cancel()
	return instance.Restart(patient)
}

// lasts draws how long a fault lasts: a short time mostly, and now and then longer
// than any lease. Those that keep a host from renewing its lease do so often.
func lasts(kind string, random *rand.Rand) time.Duration {
	longOnceIn := 12
	switch kind {
	case "stop-host", "stall-database":
		longOnceIn = 3
	case "kill-host":
		longOnceIn = 6
	}
	if random.IntN(longOnceIn) > 0 {
		return upTo(random, 2500*time.Millisecond)
	}
	return 16*time.Second + upTo(random, 4*time.Second)
}

func upTo(random *rand.Rand, most time.Duration) time.Duration {
	return time.Duration(random.Int64N(int64(most)))
}

func wait(ctx context.Context, length time.Duration) {
	timer := time.NewTimer(length)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
