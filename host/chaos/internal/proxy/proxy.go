// Package proxy is a TCP proxy that can be told to do harm: to cut connections
// in the middle of what they carry, to stop forwarding without closing them, and
// to be slow.
//
// Without trouble it forwards bytes unchanged, and closes each side when the
// other is closed. Every goroutine ends before Close returns.
package proxy

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"sync"
	"time"
)

// dialTime bounds how long the target may take to accept.
const dialTime = 5 * time.Second

// Proxy forwards connections from a loopback port to a target. It is safe for
// concurrent use.
type Proxy struct {
	listener net.Listener
	ctx      context.Context //nolint:containedctx // ends the dials of connections, which no call waits for
	cancel   context.CancelFunc
	routines sync.WaitGroup

	mu      sync.Mutex
	target  string
	trouble *trouble
	links   map[*link]struct{}
	random  *rand.Rand
}

// Listen starts a proxy on a free port. The seed decides where connections are
// cut.
func Listen(seed uint64) (*Proxy, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	p := &Proxy{listener: listener, trouble: noTrouble(), links: make(map[*link]struct{}), random: rand.New(rand.NewPCG(seed, seed))}
	p.ctx, p.cancel = context.WithCancel(context.Background())
	p.routines.Go(p.accept)
	return p, nil
}

// Address is where the proxy listens, host and port.
func (p *Proxy) Address() string { return p.listener.Addr().String() }

// Port is where the proxy listens on the loopback address.
func (p *Proxy) Port() int {
	if address, ok := p.listener.Addr().(*net.TCPAddr); ok {
		return address.Port
	}
	return 0
}

// SetTarget says where connections go that come from now on.
func (p *Proxy) SetTarget(address string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.target = address
}

// Close cuts all connections and takes no more.
func (p *Proxy) Close() error {
	p.cancel()
	err := p.listener.Close()
	p.Heal()
	p.mu.Lock()
	for l := range p.links {
		l.cut(false)
	}
	p.mu.Unlock()
	p.routines.Wait()
	return err
}

func (p *Proxy) accept() {
	for {
		connection, err := p.listener.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err == nil {
			p.routines.Go(func() { p.serve(connection) })
		}
	}
}

// serve forwards one connection until either side ends.
func (p *Proxy) serve(client net.Conn) {
	p.mu.Lock()
	target := p.target
	p.mu.Unlock()
	dialer := net.Dialer{Timeout: dialTime}
	server, err := dialer.DialContext(p.ctx, "tcp", target)
	if err != nil {
		_ = client.Close()
		return
	}
	l := &link{proxy: p, client: client, server: server}
	if !p.enter(l) {
		l.cut(false)
		return
	}
	defer p.leave(l)
	var pumps sync.WaitGroup
	pumps.Go(func() { l.pump(client, server) })
	pumps.Go(func() { l.pump(server, client) })
	pumps.Wait()
}

func (p *Proxy) enter(l *link) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ctx.Err() != nil {
		return false
	}
	p.links[l] = struct{}{}
	return true
}

func (p *Proxy) leave(l *link) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.links, l)
}
