package united

import (
	"context"
	"fmt"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"

	"github.com/bothost/bothost/sdk"
)

// direct is a server of services and the connection to them in one: a call is a
// call. Requests are passed as they are, and copied where the contract's generated
// code reads them from a stream; answers are copied into what the caller has made
// for them. Failures keep their types.
type direct struct {
	services map[string]grpc.ServiceInfo
	methods  map[string]method
}

var (
	_ sdk.Server               = (*direct)(nil)
	_ grpc.ClientConnInterface = (*direct)(nil)
)

// method is one of a service, of either form.
type method struct {
	service any
	unary   grpc.MethodHandler
	stream  grpc.StreamHandler
}

func newDirect() *direct {
	return &direct{services: map[string]grpc.ServiceInfo{}, methods: map[string]method{}}
}

// RegisterService implements grpc.ServiceRegistrar.
func (d *direct) RegisterService(description *grpc.ServiceDesc, service any) {
	d.services[description.ServiceName] = grpc.ServiceInfo{}
	prefix := "/" + description.ServiceName + "/"
	for _, m := range description.Methods {
		d.methods[prefix+m.MethodName] = method{service: service, unary: m.Handler}
	}
	for _, s := range description.Streams {
		d.methods[prefix+s.StreamName] = method{service: service, stream: s.Handler}
	}
}

// GetServiceInfo implements sdk.Server.
func (d *direct) GetServiceInfo() map[string]grpc.ServiceInfo { return d.services }

// Invoke implements grpc.ClientConnInterface.
func (d *direct) Invoke(ctx context.Context, name string, request, response any, _ ...grpc.CallOption) error {
	called, ok := d.methods[name]
	if !ok || called.unary == nil {
		return fmt.Errorf("%s is not there", name)
	}
	undecoded := func(any) error { return nil }
	inPlace := func(ctx context.Context, _ any, _ *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
		return handler(ctx, request)
	}
	answer, err := called.unary(called.service, ctx, undecoded, inPlace)
	if err != nil {
		return err
	}
	return assign(response, answer)
}

// NewStream implements grpc.ClientConnInterface.
func (d *direct) NewStream(ctx context.Context, _ *grpc.StreamDesc, name string, _ ...grpc.CallOption) (grpc.ClientStream, error) {
	called, ok := d.methods[name]
	if !ok || called.stream == nil {
		return nil, fmt.Errorf("%s is not there", name)
	}
	return &stream{ctx: ctx, method: called, answers: make(chan any, ahead)}, nil
}

// assign copies a message into an empty one.
func assign(to, from any) error {
	target, isTarget := to.(proto.Message)
	source, isSource := from.(proto.Message)
	if !isTarget || !isSource {
		return fmt.Errorf("%T is not assigned to %T: both must be messages", from, to)
	}
	proto.Merge(target, source)
	return nil
}
