package supervise

import (
	"context"
	"slices"

	"github.com/bothost/bothost/sdk/client"
)

// Instance is a plugin opened with one configuration, shared by all who asked
// for it. It outlives the processes that it is opened in. Its methods may be
// called concurrently, until the caller has released it.
type Instance struct {
	unit   *unit
	id     string
	key    string
	config []byte

	// The rest is guarded by the unit's mutex.

	references int
	sessions   int
	closed     bool
	// opening is the latest one; it may be under way.
	opening *opening
}

// Plugin is the full name of the instance's plugin.
func (i *Instance) Plugin() string { return i.unit.plugin }

// join finds or makes the instance of a key, and counts the caller.
func (u *unit) join(spec Spec) *Instance {
	u.mutex.Lock()
	defer u.mutex.Unlock()
	instance, ok := u.instances[spec.Key]
	if !ok {
		instance = &Instance{unit: u, id: newID(), key: spec.Key, config: slices.Clone(spec.Config)}
		u.instances[spec.Key] = instance
	}
	instance.references++
	return instance
}

// Release gives the instance back. It is closed in the plugin when all have
// released it and its last session has ended; Release does not wait for that. It
// must be called once for each Open.
func (i *Instance) Release() {
	i.unit.mutex.Lock()
	defer i.unit.mutex.Unlock()
	i.references--
	i.closeUnused()
}

// Check asks the plugin whether the instance can do its work now, with the
// per-call half of its configuration (a JSON object, or nil).
func (i *Instance) Check(ctx context.Context, options []byte) (summary string, err error) {
	session, err := i.Acquire(ctx)
	if err != nil {
		return "", err
	}
	defer session.Release() //nolint:contextcheck // closing an instance does not depend on who was the last
	ctx, cancel := session.opening.generation.limit(ctx, i.unit.supervisor.settings.CheckTimeout)
	defer cancel()
	return client.Instance{Conn: session.Conn(), ID: session.Instance()}.Check(ctx, options)
}
