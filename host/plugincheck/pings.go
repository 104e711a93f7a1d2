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
	// pongLimit is how soon a ping must be answered. A host waits for less, but a
	// slow machine is not what is checked.
	pongLimit = 10 * time.Second
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
	pinger := pinger{conn: conn, framer: http2.NewFramer(conn, conn)}
	if _, err := io.WriteString(conn, http2.ClientPreface); err != nil {
		return err
	}
	if err := pinger.framer.WriteSettings(); err != nil {
		return err
	}
	for range forgiven {
		if err := pinger.ping(0); err != nil {
			return err
		}
	}
	// The server counts from when it sees a ping, which may be late.
	if err := pinger.ping(handshake.KeepaliveMinTime + linger); err != nil {
		return err
	}
	return pinger.ping(linger)
}

// pinger asks, and waits for the answer.
type pinger struct {
	conn   net.Conn
	framer *http2.Framer
	sent   byte
}

// ping sends one, and takes what comes up to its answer and for a while after it:
// a server that refuses a ping answers it first.
func (p *pinger) ping(pause time.Duration) error {
	p.sent++
	if err := p.framer.WritePing(false, [8]byte{p.sent}); err != nil {
		return fmt.Errorf("ping: %w", err)
	}
	if err := p.conn.SetReadDeadline(time.Now().Add(pongLimit)); err != nil {
		return err
	}
	answered := false
	for !answered || pause > 0 {
		frame, err := p.framer.ReadFrame()
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
			if !frame.IsAck() || frame.Data[0] != p.sent {
				continue
			}
			answered = true
			if err := p.conn.SetReadDeadline(time.Now().Add(pause)); err != nil {
				return err
			}
		}
	}
	return nil
}
