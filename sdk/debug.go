package sdk

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"syscall"

	"github.com/hashicorp/go-hclog"
	"google.golang.org/grpc"

	"github.com/bothost/bothost/sdk/plugin/handshake"
)

// debugSocket tells whether the arguments ask for a plugin that hosts attach to,
// and the path of its socket: the one that they name, or one that is the same
// whenever this user starts this plugin.
func debugSocket(plugin string, args []string) (path string, ok bool) {
	if len(args) != 1 {
		return "", false
	}
	if args[0] == handshake.DebugFlag {
		return filepath.Join(debugDir(), plugin), true
	}
	return strings.CutPrefix(args[0], handshake.DebugFlag+"=")
}

// debugDir is the folder of the sockets of one user.
func debugDir() string {
	return filepath.Join(os.TempDir(), fmt.Sprintf("bothost-debug-%d", os.Geteuid()))
}

// serveDebug serves the hosts that attach, until it is interrupted. A second
// interrupt does not wait for calls that do not end. Unlike a plugin that a host
// has started it belongs to whoever started it: no host ends it.
func serveDebug(p *Plugin, socket string) error {
	socket, err := filepath.Abs(socket)
	if err != nil {
		return fmt.Errorf("sdk: debug %s: %w", p.Name(), err)
	}
	attachment := handshake.Attachment{Plugin: p.Name(), Socket: socket}
	listener, err := listenPrivately(attachment)
	if err != nil {
		return fmt.Errorf("sdk: debug %s: %w", p.Name(), err)
	}
	interrupted, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(interrupted, stop)
	p.logger = terminalLogger(p.Name())
	p.lifeline = &hosts{plugin: p}
	server := grpc.NewServer(append(p.ServerOptions(), grpc.WaitForHandlers(true))...)
	p.Register(server)
	context.AfterFunc(interrupted, server.Stop)
	fmt.Println(attachment)
	if err := server.Serve(listener); err != nil {
		return fmt.Errorf("sdk: debug %s: %w", p.Name(), err)
	}
	p.Close()
	return nil
}

// listenPrivately listens where this user alone can connect, and takes the place
// of a process that was killed and has left its socket.
func listenPrivately(attachment handshake.Attachment) (net.Listener, error) {
	socket := attachment.Socket
	if filepath.Dir(socket) == debugDir() {
		if err := os.Mkdir(debugDir(), 0o700); err != nil && !os.IsExist(err) {
			return nil, err
		}
	}
	if err := attachment.CheckSocket(); err != nil {
		return nil, err
	}
	if conn, err := net.Dial("unix", socket); err == nil {
		_ = conn.Close()
		return nil, fmt.Errorf("a process listens on %s already; end it, or take another socket: %s=PATH", socket, handshake.DebugFlag)
	}
	if info, err := os.Lstat(socket); err == nil && info.Mode().Type() == os.ModeSocket {
		if err := os.Remove(socket); err != nil {
			return nil, err
		}
	}
	return net.Listen("unix", socket)
}

// terminalLogger writes for whoever has started the plugin, more than a host's
// log has unless it is told.
func terminalLogger(name string) hclog.Logger {
	return hclog.New(&hclog.LoggerOptions{
		Name: name, Level: logLevel(hclog.Debug), Output: os.Stderr, Color: hclog.AutoColor,
	})
}

// hosts are those that are attached, any number: each has instances of its own,
// under ids that no other has. When the last has gone, however it went, what it
// has left open is closed. Who comes meanwhile waits for that.
type hosts struct {
	plugin *Plugin

	mutex sync.Mutex
	count int
}

func (h *hosts) attached() {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	h.count++
	h.plugin.logger.Info("a host has attached", "hosts", h.count)
}

func (h *hosts) letGo() {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	h.count--
	h.plugin.logger.Info("a host has let go", "hosts", h.count)
	if h.count == 0 {
		h.plugin.Close()
	}
}
