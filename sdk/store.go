package sdk

import (
	"context"

	"google.golang.org/grpc"

	pluginv1 "github.com/bothost/bothost/sdk/plugin/v1"
	"github.com/bothost/bothost/sdk/schema"
	"github.com/bothost/bothost/sdk/store"
)

// ServeStore serves a storage backend until the host lets go, then ends the
// process. name is the plugin's full name, store-NAME, and that of its
// executable. If P also implements store.Tenants, the registry can live there.
func ServeStore[C any, P store.Conversations](name, version string, open OpenFunc[C, P]) {
	serve(NewStore(name, version, open))
}

// NewStore makes a store plugin without serving it. It fails if the
// configuration type cannot be described by a schema.
func NewStore[C any, P store.Conversations](name, version string, open OpenFunc[C, P]) (*Plugin, error) {
	config, err := schema.Of[C]()
	if err != nil {
		return nil, err
	}
	p, err := newPlugin(pluginv1.Kind_KIND_STORE, name, version, config)
	if err != nil {
		return nil, err
	}
	_, p.describe.Volatile = zero[P]().(store.Volatile)
	_, keepsTenants := zero[P]().(store.Tenants)
	opened := &instances[C, P]{schema: config, openFunc: open, inspect: checkStore[P]}
	p.opened = opened
	p.register = func(r grpc.ServiceRegistrar) {
		pluginv1.RegisterConversationStoreServiceServer(r, &conversationServer{
			use: func(id string) (store.Conversations, func(), error) { return opened.use(id) },
		})
		if keepsTenants {
			pluginv1.RegisterTenantStoreServiceServer(r, &tenantServer{use: useTenants(opened)})
		}
	}
	return p, nil
}

func checkStore[P any](ctx context.Context, value P, _ []byte) (string, error) {
	if checker, ok := any(value).(store.Checker); ok {
		return checker.Check(ctx)
	}
	return "open", nil
}

func useTenants[C, P any](opened *instances[C, P]) func(string) (store.Tenants, func(), error) {
	return func(id string) (store.Tenants, func(), error) {
		value, done, err := opened.use(id)
		if err != nil {
			return nil, nil, err
		}
		tenants, ok := any(value).(store.Tenants)
		if !ok {
			done()
			return nil, nil, notOpen(id)
		}
		return tenants, done, nil
	}
}
