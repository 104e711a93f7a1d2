//go:build linux

package e2e

import (
	"bytes"
	"fmt"
	"net"
	"sync"
	"testing"
)

// cut is what becomes of a connection on which a store listens for changes.
type cut string

const (
	// severed: it is closed.
	severed cut = "severed"
	// silent: nothing comes through any more, and neither side is told.
	silent cut = "silent"
)

// line is the way from a store's plugin to its PostgreSQL server. Of the
// connections on it only those can be cut on which changes are listened for: a
// host whose other calls fail too has nothing to serve.
type line struct {
	port, server int

	mu      sync.Mutex
	kind    cut
	calls   map[*call]bool
	closed  bool
	running sync.WaitGroup
}

// call is one connection.
type call struct {
	line             *line
	client, server   net.Conn
	listens, isStuck bool
}

func newLine(t *testing.T, server int) *line {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := &line{port: listener.Addr().(*net.TCPAddr).Port, server: server, calls: map[*call]bool{}}
	l.running.Go(func() { l.accept(listener) })
	t.Cleanup(func() {
		listener.Close()
		l.mu.Lock()
		l.closed = true
		for c := range l.calls {
			c.close()
		}
		l.mu.Unlock()
		l.running.Wait()
	})
	return l
}

func (l *line) accept(listener net.Listener) {
	for {
		client, err := listener.Accept()
		if err != nil {
			return
		}
		server, err := net.Dial("tcp", fmt.Sprint("127.0.0.1:", l.server))
		if err != nil {
			client.Close()
			continue
		}
		c := &call{line: l, client: client, server: server}
		l.mu.Lock()
		if l.closed {
			c.close()
		}
		l.calls[c] = true
		l.running.Go(c.forth)
		l.running.Go(c.back)
		l.mu.Unlock()
	}
}

// cut cuts the connections that listen, and those that come to.
func (l *line) cut(kind cut) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.kind = kind
	for c := range l.calls {
		c.suffer()
	}
}

// mend lets new connections be. Those that are stuck stay so.
func (l *line) mend() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.kind = ""
}

// suffer is called with the line's lock held.
func (c *call) suffer() {
	if !c.listens {
		return
	}
	switch c.line.kind {
	case severed:
		c.close()
	case silent:
		c.isStuck = true
	}
}

func (c *call) close() {
	c.client.Close()
	c.server.Close()
}

// forth carries what the client sends.
func (c *call) forth() {
	c.carry(c.client, c.server, func(sent []byte) {
		if bytes.Contains(sent, []byte("LISTEN bothost_registry")) {
			c.listens = true
			c.suffer()
		}
	})
}

// back carries what the server sends.
func (c *call) back() { c.carry(c.server, c.client, func([]byte) {}) }

// carry passes on what is read until either end is closed, and swallows it where
// the connection is stuck. look is called first, with the line's lock held.
func (c *call) carry(from, to net.Conn, look func([]byte)) {
	defer c.end()
	for buffer := make([]byte, 64<<10); ; {
		count, err := from.Read(buffer)
		if err != nil {
			return
		}
		c.line.mu.Lock()
		look(buffer[:count])
		isStuck := c.isStuck
		c.line.mu.Unlock()
		if isStuck {
			continue
		}
		if _, err := to.Write(buffer[:count]); err != nil {
			return
		}
	}
}

func (c *call) end() {
	c.line.mu.Lock()
	defer c.line.mu.Unlock()
	c.close()
	delete(c.line.calls, c)
}
