//go:build linux

// Package faults harms a cluster: it ends and stops processes, cuts and stalls
// connections, and deletes and changes what turns are using.
//
// Faults are drawn from a shuffled deck, so that all kinds have their turn, by a
// few hands at once, so that they meet each other. Each heals what it did before
// it ends; none outlives Run.
package faults

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"sync"
	"time"
)

// errNoVictim means that there is nothing to harm just now.
var errNoVictim = errors.New("no victim")

// fault harms one victim, and returns when that is healed. When ctx ends it
// heals at once.
type fault struct {
	kind string
	do   func(ctx context.Context, random *rand.Rand) (what string, err error)
}

// Injector injects faults. Run is called once.
type Injector struct {
	// Elapsed tells the run's time.
	Elapsed func() time.Duration
	// Log gets a line for each fault.
	Log io.Writer
	// Pause is the longest between two faults of one hand.
	Pause time.Duration

	deck []fault

	mu       sync.Mutex
	left     []fault
	injected map[string]int
	err      error
}

// Run injects faults with so many hands until ctx ends and all is healed. It
// fails if something could not be healed.
func (j *Injector) Run(ctx context.Context, hands int, seed uint64) error {
	if len(j.deck) == 0 {
		return nil
	}
	var all sync.WaitGroup
	for hand := range hands {
		random := rand.New(rand.NewPCG(seed, 100+uint64(hand)))
		all.Go(func() { j.inject(ctx, random) })
	}
	all.Wait()
	return j.err
}

// Injected tells how often each kind of fault has been there.
func (j *Injector) Injected() map[string]int {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.injected
}

func (j *Injector) inject(ctx context.Context, random *rand.Rand) {
	for {
		pause := time.NewTimer(time.Duration(random.Int64N(int64(j.Pause))))
		select {
		case <-pause.C:
		case <-ctx.Done():
			pause.Stop()
			return
		}
		drawn := j.draw(random)
		began := j.Elapsed()
		what, err := drawn.do(ctx, random)
		j.note(drawn.kind, what, began, err)
	}
}

// draw takes the next fault of the deck, which is shuffled anew when it is empty.
func (j *Injector) draw(random *rand.Rand) fault {
	j.mu.Lock()
	defer j.mu.Unlock()
	if len(j.left) == 0 {
		j.left = append(j.left, j.deck...)
		random.Shuffle(len(j.left), func(a, b int) { j.left[a], j.left[b] = j.left[b], j.left[a] })
	}
	drawn := j.left[0]
	j.left = j.left[1:]
	return drawn
}

func (j *Injector) note(kind, what string, began time.Duration, err error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if errors.Is(err, errNoVictim) {
		return
	}
	_, _ = fmt.Fprintf(j.Log, "%8.3f to %8.3f %s: %s\n", began.Seconds(), j.Elapsed().Seconds(), kind, what)
	if err != nil {
		j.err = errors.Join(j.err, fmt.Errorf("%s, %s: %w", kind, what, err))
		return
	}
	j.injected[kind]++
}
