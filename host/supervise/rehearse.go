package supervise

import (
	"context"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/bothost/bothost/sdk/client"
	"github.com/bothost/bothost/sdk/fault"
)

// openAll opens what is open in one generation in another that is not in use
// yet. What comes later, and what does not open in the old one either, is opened
// when it is needed.
func (u *unit) openAll(ctx context.Context, old, next *generation) (map[*Instance]*opening, error) {
	var mutex sync.Mutex
	openings := map[*Instance]*opening{}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(reopenAtOnce)
	for _, instance := range u.openedIn(old) {
		group.Go(func() error {
			opening, err := instance.rehearse(ctx, next)
			mutex.Lock()
			defer mutex.Unlock()
			openings[instance] = opening
			return err
		})
	}
	return openings, group.Wait()
}

// openedIn lists the instances that are open in a generation.
func (u *unit) openedIn(generation *generation) []*Instance {
	u.mutex.Lock()
	defer u.mutex.Unlock()
	var list []*Instance
	for _, instance := range u.instances {
		known := instance.opening
		if known != nil && known.generation == generation && isClosed(known.done) && known.err == nil {
			list = append(list, instance)
		}
	}
	return list
}

// rehearse opens the instance in a generation that may never be used. If that
// does not survive it, the new file is to blame and not the configuration.
func (i *Instance) rehearse(ctx context.Context, next *generation) (*opening, error) {
	ctx, cancel := context.WithTimeout(ctx, i.unit.supervisor.settings.OpenTimeout)
	defer cancel()
	response, err := i.ask(ctx, next)
	if err == nil {
		opened := &opening{generation: next, done: make(chan struct{}), window: client.Window(response)}
		close(opened.done)
		return opened, nil
	}
	if next.dead() {
		return nil, fault.New(fault.Unavailable, "%s: its process ended while it opened an instance: %w", i.Plugin(), err)
	}
	return nil, openError(i.Plugin(), client.Error(err))
}
