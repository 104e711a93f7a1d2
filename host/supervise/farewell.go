package supervise

import (
	"context"

	pluginv1 "github.com/bothost/bothost/sdk/plugin/v1"
)

// closeUnused is called with the unit's mutex held. A later Open of the same key
// makes another instance with another id, so this one's end cannot touch it.
func (i *Instance) closeUnused() {
	if i.references > 0 {
		return
	}
	if i.unit.instances[i.key] == i {
		delete(i.unit.instances, i.key)
	}
	if i.sessions > 0 || i.closed {
		return
	}
	i.closed = true
	if opening := i.opening; opening != nil && !i.unit.farewell(i, opening) {
		i.unit.unclosed = append(i.unit.unclosed, i)
	}
}

// farewell closes an instance in the background, unless a shutdown has begun:
// that waits for those that were begun before, and does the others itself.
// Called with the unit's mutex held, as is last, after which none is begun.
func (u *unit) farewell(instance *Instance, opening *opening) bool {
	if u.supervisor.background.Err() != nil {
		return false
	}
	u.farewells.Add(1)
	begun := u.supervisor.spawn(func() {
		defer u.farewells.Done()
		<-opening.done
		instance.closeIn(context.WithoutCancel(u.supervisor.background), opening.generation)
	})
	if !begun {
		u.farewells.Done()
	}
	return begun
}

// closeIn tells a process that the instance is not needed. Nobody can do
// anything about a failure.
func (i *Instance) closeIn(ctx context.Context, generation *generation) {
	if generation.dead() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, i.unit.supervisor.settings.CloseTimeout)
	defer cancel()
	_, err := generation.process.service().Close(ctx, &pluginv1.CloseRequest{Instance: i.id})
	if err != nil && ctx.Err() == nil && !generation.dead() {
		generation.process.log().Warn("instance could not be closed", "error", err)
	}
}
