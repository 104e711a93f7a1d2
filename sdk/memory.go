package sdk

import (
	"context"
	"reflect"

	"google.golang.org/grpc"

	"github.com/bothost/bothost/sdk/internal/wire"
	"github.com/bothost/bothost/sdk/memory"
	pluginv1 "github.com/bothost/bothost/sdk/plugin/v1"
	"github.com/bothost/bothost/sdk/schema"
)

// ServeMemory serves a memory strategy until the host lets go, then ends the
// process. name is the plugin's full name, memory-NAME, and that of its
// executable.
func ServeMemory[C any, P memory.Strategy](name, version string, open OpenFunc[C, P]) {
	serve(NewMemory(name, version, open))
}

// NewMemory makes a memory plugin without serving it. It fails if the
// configuration type cannot be described by a schema. The effects that the
// strategy may ask for are part of the description: if P has the method Effects,
// it must work on P's zero value.
func NewMemory[C any, P memory.Strategy](name, version string, open OpenFunc[C, P]) (*Plugin, error) {
	config, err := schema.Of[C]()
	if err != nil {
		return nil, err
	}
	p, err := newPlugin(pluginv1.Kind_KIND_MEMORY, name, version, config)
	if err != nil {
		return nil, err
	}
	if user, ok := zero[P]().(memory.EffectUser); ok {
		p.describe.Effects = wire.ToEffectKinds(user.Effects())
	}
	server := &memoryServer[C, P]{instances: &instances[C, P]{
		schema: config, openFunc: open,
		answer: func(strategy P, response *pluginv1.OpenResponse) {
			response.Window = wire.ToWindow(strategy.Window())
		},
	}}
	p.opened = server.instances
	p.register = func(r grpc.ServiceRegistrar) { pluginv1.RegisterMemoryServiceServer(r, server) }
	return p, nil
}

// zero gives a usable zero value of P, behind a pointer if P is one, to ask it
// which optional interfaces it has.
func zero[P any]() any {
	t := reflect.TypeFor[P]()
	if t.Kind() == reflect.Pointer {
		return reflect.New(t.Elem()).Interface()
	}
	return reflect.Zero(t).Interface()
}

type memoryServer[C any, P memory.Strategy] struct {
	pluginv1.UnimplementedMemoryServiceServer
	instances *instances[C, P]
}

func (s *memoryServer[C, P]) Recall(ctx context.Context, r *pluginv1.RecallRequest) (*pluginv1.RecallResponse, error) {
	strategy, done, err := s.instances.use(r.GetInstance())
	if err != nil {
		return nil, err
	}
	defer done()
	request, err := wire.FromRecallRequest(r)
	if err != nil {
		return nil, err
	}
	response, err := strategy.Recall(ctx, request)
	if err != nil {
		return nil, err
	}
	return wire.ToRecallResponse(response)
}
