package postgres

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

const (
	// pollInterval is how long somebody waits to hear of something before they
	// look for themselves.
	pollInterval = 500 * time.Millisecond
	// reconnectPause is between attempts at a connection to listen on.
	reconnectPause = 200 * time.Millisecond
	// closeTimeout bounds the farewell to a server.
	closeTimeout = 2 * time.Second

	// The channels that the functions of the schema notify on.
	registryChannel = "bothost_registry"
	turnsChannel    = "bothost_turns"
)

// listener hears what the server notifies of, for all who wait in this store. It
// has one connection of its own, to the server itself, from when somebody first
// waits until it is closed, and makes it again when it breaks. Nobody may rely on
// it: a notification only shortens the wait until they look for themselves.
type listener struct {
	access *access
	logger hclog.Logger

	// life is that of the goroutine, which outlives the call that starts it.
	life context.Context //nolint:containedctx // Nobody passes it: the store begins and ends it.
	end  context.CancelFunc
	// listening is done when the goroutine is gone.
	listening sync.WaitGroup

	mutex   sync.Mutex
	ears    map[*ear]struct{}
	started bool
}

// ear is one who waits.
type ear struct {
	channel string
	// name is what it waits for on the channel; empty: anything.
	name string
	// woken holds something when it is time to look.
	woken chan struct{}
}

func (e *ear) wake() {
	select {
	case e.woken <- struct{}{}:
	default: // It has not looked yet since the last time.
	}
}

func newListener(a *access, logger hclog.Logger) *listener {
	l := &listener{access: a, logger: logger, ears: map[*ear]struct{}{}}
	l.life, l.end = context.WithCancel(context.Background())
	return l
}

// hear adds one who waits for anything on a channel. The caller removes it with
// leave. Whoever hears before they look, misses nothing.
func (l *listener) hear(channel string) *ear {
	e := &ear{channel: channel, woken: make(chan struct{}, 1)}
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.ears[e] = struct{}{}
	if !l.started && l.life.Err() == nil {
		l.started = true
		l.listening.Go(func() { l.listen(l.life) })
	}
	return e
}

func (l *listener) leave(e *ear) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	delete(l.ears, e)
}

// only lets an ear hear nothing else from now on.
func (l *listener) only(e *ear, name string) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	e.name = name
}

// close ends the connection. Who waits is woken no more.
func (l *listener) close() {
	l.mutex.Lock()
	l.end()
	l.mutex.Unlock()
	l.listening.Wait()
}

func (l *listener) listen(ctx context.Context) {
	for lost := false; ; lost = true {
		err := l.follow(ctx)
		if ctx.Err() != nil {
			return
		}
		if !lost {
			l.logger.Warn("notifications are not heard, and changes found later", "error", l.access.explain(ctx, "listen", err))
		}
		select {
		case <-time.After(reconnectPause):
		case <-ctx.Done():
			return
		}
	}
}

// follow listens on a new connection until that breaks.
func (l *listener) follow(ctx context.Context) error {
	connection, err := pgx.ConnectConfig(ctx, l.access.direct.Copy())
	if err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	defer disconnect(ctx, connection)
	if _, err := connection.Exec(ctx, "LISTEN "+registryChannel+"; LISTEN "+turnsChannel); err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	// What was notified until now, nobody has heard.
	l.wake(func(*ear) bool { return true })
	for {
		heard, err := connection.WaitForNotification(ctx)
		if err != nil {
			return fmt.Errorf("wait for a notification: %w", err)
		}
		l.wake(func(e *ear) bool { return e.concerns(heard) })
	}
}

func (e *ear) concerns(heard *pgconn.Notification) bool {
	return e.channel == heard.Channel && (e.name == "" || e.name == heard.Payload)
}

func (l *listener) wake(whom func(*ear) bool) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	for e := range l.ears {
		if whom(e) {
			e.wake()
		}
	}
}

// disconnect ends a connection that is not needed any more, whatever becomes of
// it.
func disconnect(ctx context.Context, connection *pgx.Conn) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeTimeout)
	defer cancel()
	_ = connection.Close(ctx)
}
