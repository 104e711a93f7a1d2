package plugincheck

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/types/known/emptypb"

	"github.com/bothost/bothost/sdk/plugin/handshake"
	pluginv1 "github.com/bothost/bothost/sdk/plugin/v1"
)

// awaitHandshake gives the address of the socket.
func (p *process) awaitHandshake(ctx context.Context) (string, error) {
	select {
	case line := <-p.output.first:
		return p.parse(line)
	case <-p.exited:
		return "", p.ended()
	case <-ctx.Done():
		return "", fmt.Errorf("it printed no handshake within %v; %s", startTimeout, p.output.tail())
	}
}

func (p *process) parse(line string) (string, error) {
	fields := strings.Split(line, "|")
	if len(fields) < 5 || fields[0] != "1" || fields[2] != "unix" || fields[4] != "grpc" {
		return "", fmt.Errorf("it printed %q on standard output, where only the handshake may stand: 1|%d|unix|SOCKET|grpc",
			line, handshake.ProtocolVersion)
	}
	if err := handshake.CheckMajor(fields[1]); err != nil {
		return "", err
	}
	// go-plugin makes a folder of its own in there.
	if inside, err := filepath.Rel(p.sockets, fields[3]); err != nil || !filepath.IsLocal(inside) {
		return "", fmt.Errorf("it listens on %s, which is not in PLUGIN_UNIX_SOCKET_DIR (%s)", fields[3], p.sockets)
	}
	return fields[3], nil
}

// streamWindow is the least that gRPC allows.
const streamWindow = 64 << 10

func dial(socket string) (*grpc.ClientConn, error) {
	return grpc.NewClient("unix:"+socket,
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		// What lies between the processes is little, so that who does not read is
		// noticed.
		grpc.WithStaticStreamWindowSize(streamWindow), grpc.WithStaticConnWindowSize(handshake.ConnWindow),
		grpc.WithDefaultCallOptions(
			grpc.MaxCallRecvMsgSize(handshake.MaxMessageSize), grpc.MaxCallSendMsgSize(2*handshake.MaxMessageSize)),
	)
}

func (p *process) service() pluginv1.PluginServiceClient {
	return pluginv1.NewPluginServiceClient(p.conn)
}

// attach opens the stream that tells the plugin that its host lives.
func (p *process) attach(ctx context.Context) error {
	life, detach := context.WithCancel(context.WithoutCancel(ctx))
	p.detach = detach
	defer context.AfterFunc(ctx, detach)()
	p.held.Go(func() { p.drain(life) })
	stream, err := p.service().Attach(life, &pluginv1.AttachRequest{})
	if err == nil {
		_, err = stream.Recv()
	}
	switch {
	case err == nil:
		return nil
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return fmt.Errorf("it did not answer Attach within %v", startTimeout)
	}
	return fmt.Errorf("attach: %w", p.explain(err))
}

// drain takes what a plugin made with go-plugin prints after its handshake: it
// comes as a stream, which must be read lest the plugin waits. Others have no such
// stream.
func (p *process) drain(ctx context.Context) {
	stream, err := p.conn.NewStream(ctx, &grpc.StreamDesc{ServerStreams: true}, "/plugin.GRPCStdio/StreamStdio")
	if err != nil || stream.SendMsg(&emptypb.Empty{}) != nil || stream.CloseSend() != nil {
		return
	}
	for stream.RecvMsg(&emptypb.Empty{}) == nil {
		continue
	}
}
