package sdk

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"sync"

	"github.com/hashicorp/go-hclog"

	"github.com/bothost/bothost/sdk/fault"
	pluginv1 "github.com/bothost/bothost/sdk/plugin/v1"
	"github.com/bothost/bothost/sdk/schema"
)

type openCall struct {
	id      string
	config  []byte
	dataDir string
	logger  hclog.Logger
}

// instances holds what a plugin has open. It serialises opening and closing of
// one id, and closes an instance only after its last call.
type instances[C, P any] struct {
	schema   *schema.Schema
	openFunc OpenFunc[C, P]
	// answer adds what a kind tells about a new instance, inspect is its Check;
	// both may be nil.
	answer  func(P, *pluginv1.OpenResponse)
	inspect func(ctx context.Context, instance P, options []byte) (string, error)

	mu   sync.Mutex
	byID map[string]*instance[P]
}

// instance is one entry: ready is closed when the opening has ended, and users
// counts the calls that are running.
type instance[P any] struct {
	config []byte
	ready  chan struct{}
	value  P
	err    error
	users  sync.WaitGroup
}

func (t *instances[C, P]) open(ctx context.Context, call openCall) (*pluginv1.OpenResponse, error) {
	entry, mine := t.reserve(call)
	if mine {
		entry.value, entry.err = t.make(ctx, call)
		if entry.err != nil {
			t.forget(call.id, entry)
		}
		close(entry.ready)
	}
	select {
	case <-entry.ready:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if entry.err != nil {
		return nil, entry.err
	}
	if !bytes.Equal(entry.config, call.config) {
		return nil, fault.New(fault.Conflict, "instance %q is open already with another configuration", call.id)
	}
	response := &pluginv1.OpenResponse{}
	if t.answer != nil {
		t.answer(entry.value, response)
	}
	return response, nil
}

// reserve finds the entry of an id or makes it; mine tells the caller to fill it.
func (t *instances[C, P]) reserve(call openCall) (entry *instance[P], mine bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if entry, ok := t.byID[call.id]; ok {
		return entry, false
	}
	entry = &instance[P]{config: call.config, ready: make(chan struct{})}
	if t.byID == nil {
		t.byID = make(map[string]*instance[P])
	}
	t.byID[call.id] = entry
	return entry, true
}

func (t *instances[C, P]) make(ctx context.Context, call openCall) (value P, err error) {
	defer recoverAs(ctx, &err)
	config, err := schema.Decode[C](t.schema, call.config)
	if err != nil {
		return value, err
	}
	return t.openFunc(ctx, config, Settings{Logger: call.logger, DataDir: call.dataDir})
}

func (t *instances[C, P]) forget(id string, entry *instance[P]) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.byID[id] == entry {
		delete(t.byID, id)
	}
}

// use finds an instance for one call, which must call done at its end.
func (t *instances[C, P]) use(id string) (value P, done func(), err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	entry, ok := t.byID[id]
	if !ok {
		return value, nil, notOpen(id)
	}
	select {
	case <-entry.ready:
	default:
		return value, nil, notOpen(id)
	}
	entry.users.Add(1)
	return entry.value, entry.users.Done, nil
}

func (t *instances[C, P]) close(id string) {
	t.mu.Lock()
	entry, ok := t.byID[id]
	delete(t.byID, id)
	t.mu.Unlock()
	if ok {
		entry.close()
	}
}

func (t *instances[C, P]) closeAll() {
	t.mu.Lock()
	entries := t.byID
	t.byID = nil
	t.mu.Unlock()
	for _, entry := range entries {
		entry.close()
	}
}

func (e *instance[P]) close() {
	<-e.ready
	e.users.Wait()
	if closer, ok := any(e.value).(io.Closer); ok && e.err == nil {
		// There is nobody left to tell, and nothing left to do.
		_ = closer.Close()
	}
}

func (t *instances[C, P]) check(ctx context.Context, id string, options []byte) (summary string, err error) {
	value, done, err := t.use(id)
	if err != nil {
		return "", err
	}
	defer done()
	if t.inspect == nil {
		return "open", nil
	}
	return t.inspect(ctx, value, options)
}

// recoverAs turns a panic of the author's code into an error, and logs where it
// happened, and in which call: one bad call must not end the other tenants' calls.
func recoverAs(ctx context.Context, err *error) {
	if value := recover(); value != nil {
		*err = panicked(ctx, value)
	}
}

func panicked(ctx context.Context, value any) error {
	Logger(ctx).Error("panic", "value", fmt.Sprint(value), "stack", stack())
	return fault.New(fault.Internal, "the plugin panicked; its log says where")
}
