package plugincheck

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"time"

	"golang.org/x/net/http2"

	"github.com/bothost/bothost/sdk/plugin/handshake"
	"github.com/bothost/bothost/sdk/plugintest"
)

const (
	// forgiven is how many pings that come too soon gRPC's servers let pass. Using
	// them up first makes the case short.
	forgiven = 2
	// pongLimit is how soon a ping must be answered.
	pongLimit = 3 * time.Second
)

// allowsPings asks as a host does, on a connection of its own without calls. gRPC
// itself does not ask that often.
func allowsPings(t plugintest.T, s Subject) {
	p := start(t, s)
	defer p.end()
	if err := ping(t.Context(), p.address); err != nil {
		t.Errorf("%v; the server has to allow a ping every %v, also without calls: hosts ask every %v, "+
			"and take a plugin that refuses for dead", err, handshake.KeepaliveMinTime, handshake.KeepaliveTime)
	}
}

func ping(ctx context.Context, socket string) error {
	conn, err := (&net.Dialer{}).DialContext(ctx, "unix", socket)
	if err != nil {
		return err
	}
	defer conn.Close()
	framer := http2.NewFramer(conn, conn)
	if _, err := io.WriteString(conn, http2.ClientPreface); err != nil {
		return err
	}
	if err := framer.WriteSettings(); err != nil {
		return err
	}
	for number := range byte(forgiven + 2) {
		if number == forgiven+1 {
			select {
			case <-time.After(handshake.KeepaliveMinTime + linger):
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		if err := framer.WritePing(false, [8]byte{number}); err != nil {
			return fmt.Errorf("ping: %w", err)
		}
	}
	if err := conn.SetReadDeadline(time.Now().Add(pongLimit)); err != nil {
		return err
	}
	return awaitPong(conn, framer, forgiven+1)
}

// awaitPong reads what has come up to the answer to a ping, and what comes right
// after it: a server that refuses answers first.
func awaitPong(conn net.Conn, framer *http2.Framer, number byte) error {
	answered := false
	for {
		frame, err := framer.ReadFrame()
		if answered && errors.Is(err, os.ErrDeadlineExceeded) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("a ping was not answered: %w", err)
		}
		switch frame := frame.(type) {
		case *http2.GoAwayFrame:
			return fmt.Errorf("it refuses pings (%s, %q)", frame.ErrCode, frame.DebugData())
		case *http2.PingFrame:
			if !frame.IsAck() || frame.Data[0] != number {
				continue
			}
			answered = true
			if err := conn.SetReadDeadline(time.Now().Add(linger)); err != nil {
				return err
			}
		}
	}
}
