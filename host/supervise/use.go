package supervise

import (
	"context"

	"google.golang.org/grpc"
)

// Use starts the plugin, calls use with the connection to it, and stops it. It
// fails with the last lines that the plugin printed if it cannot be started, and
// otherwise with what use returns. The connection must not be used afterwards.
func (l Launcher) Use(ctx context.Context, binary Binary, use func(context.Context, grpc.ClientConnInterface) error) error {
	process, err := l.start(ctx, binary)
	if err != nil {
		return err
	}
	defer process.stop(context.WithoutCancel(ctx))
	return use(ctx, process.conn())
}
