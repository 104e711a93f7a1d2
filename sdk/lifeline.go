package sdk

import (
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/bothost/bothost/sdk/plugin/handshake"
)

// lifeline is told of the hosts that attach, each once when it comes and once
// when it has gone.
type lifeline interface {
	attached()
	letGo()
}

// loose ties a plugin to nobody: whoever serves it ends it.
type loose struct{}

func (loose) attached() {}
func (loose) letGo()    {}

// tied ties the life of this process to that of the host which has started it.
// Three things can be seen of a host that is gone: the stream of Attach breaks,
// standard input ends (the host holds its other end from the first moment on), or
// nobody ever attaches. SIGTERM says nothing: whoever stops a host's whole process
// group wants the turns in flight to finish.
type tied struct{ came chan struct{} }

func tie(logger hclog.Logger) tied {
	t := tied{came: make(chan struct{}, 1)}
	signal.Ignore(syscall.SIGTERM)
	go func() {
		// Nothing is ever sent: the copy ends when the host does.
		_, _ = io.Copy(io.Discard, os.Stdin)
		exit()
	}()
	go func() {
		select {
		case <-t.came:
		case <-time.After(handshake.AttachTimeout):
			logger.Error("no host has attached", "waited", handshake.AttachTimeout)
			os.Exit(1)
		}
	}()
	return t
}

func (t tied) attached() {
	select {
	case t.came <- struct{}{}:
	default:
	}
}

func (tied) letGo() { exit() }

// exit ends the process at once: whoever it worked for is gone.
func exit() { os.Exit(0) }
