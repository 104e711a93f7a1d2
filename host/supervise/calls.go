package supervise

import (
	"context"
	"strings"
	"time"

	"golang.org/x/sync/semaphore"

	"github.com/bothost/bothost/sdk/fault"
	pluginv1 "github.com/bothost/bothost/sdk/plugin/v1"
)

const (
	// callWait is how long a call waits for others to end.
	callWait = 5 * time.Second
	// overloadPause is when who waited in vain is told to come again.
	overloadPause = time.Second
)

// PluginOverloaded is the reason of a call that was not made because too many
// others were running.
const PluginOverloaded = "plugin_overloaded"

// callLimit bounds the calls that are made to a process at once. Those above it
// wait, and are let in by the order of their arrival.
type callLimit struct {
	plugin string
	calls  int
	room   *semaphore.Weighted
}

func newCallLimit(plugin string, calls int) *callLimit {
	return &callLimit{plugin: plugin, calls: calls, room: semaphore.NewWeighted(int64(calls))}
}

// enter waits for room, within ctx and callWait. Who was let in must leave.
func (l *callLimit) enter(ctx context.Context) error {
	if l.room.TryAcquire(1) {
		return nil
	}
	waiting, cancel := context.WithTimeout(ctx, callWait)
	defer cancel()
	if l.room.Acquire(waiting, 1) == nil {
		return nil
	}
	if err := ctx.Err(); err != nil {
		return fault.New(fault.As(err).Code, "%s: wait for other calls to end: %w", l.plugin, err)
	}
	return fault.New(fault.Unavailable, "%s: %d calls at once are its limit, and none ended within %s", l.plugin, l.calls, callWait).
		WithReason(PluginOverloaded).WithRetryAfter(overloadPause)
}

func (l *callLimit) leave() { l.room.Release(1) }

// unlimited tells the calls that are made however many run: those that end or
// carry on what has begun, without which a busy store would never be less busy;
// those that keep this host alive for others; and the few that the host asks for
// itself, about its health and about who may use it.
func unlimited(method string) bool {
	switch method {
	case pluginv1.ConversationStoreService_CommitTurn_FullMethodName,
		pluginv1.ConversationStoreService_FailTurn_FullMethodName,
		pluginv1.BranchStoreService_AppendPartial_FullMethodName,
		pluginv1.ConversationStoreService_Heartbeat_FullMethodName,
		pluginv1.ConversationStoreService_Retire_FullMethodName,
		pluginv1.PluginService_Check_FullMethodName:
		return true
	}
	return strings.HasPrefix(method, "/bothost.plugin.v1.TenantStoreService/")
}
