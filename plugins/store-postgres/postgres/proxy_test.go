package postgres_test

import (
	"fmt"
	"math/rand/v2"
	"net"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/bothost/bothost/plugins/store-postgres/postgres"
)

// proxy is a way to a server that can be watched, held up and cut.
type proxy struct {
	listener net.Listener
	target   string
	copying  sync.WaitGroup
	// trips counts what clients sent after they were answered, or first of all.
	trips atomic.Int64
	// answers counts pieces of what servers sent, and answered their bytes.
	answers  atomic.Int64
	answered atomic.Int64
	// cutWithin: a connection is cut after so many bytes at most, at random;
	// 0: none is.
	cutWithin atomic.Int64

	mutex sync.Mutex
	open  map[net.Conn]bool
	// held is closed when what clients send may pass; nil: it may.
	held chan struct{}
}

// proxyTo starts a proxy before the server at a port, which ends with the test.
func proxyTo(t testing.TB, port int) *proxy {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{listener: listener, target: fmt.Sprintf("127.0.0.1:%d", port), open: map[net.Conn]bool{}}
	p.copying.Go(p.accept)
	t.Cleanup(func() {
		_ = listener.Close()
		p.release()
		p.cutAll()
		p.copying.Wait()
	})
	return p
}

// before has a store's calls go through the proxy.
func (p *proxy) before(config postgres.Config) postgres.Config {
	config.Connection.Direct = postgres.Direct{Port: config.Connection.Port}
	config.Connection.Port = p.listener.Addr().(*net.TCPAddr).Port
	return config
}

func (p *proxy) accept() {
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return
		}
		server, err := net.Dial("tcp", p.target)
		if err != nil {
			_ = client.Close()
			continue
		}
		p.join(client, server)
	}
}

func (p *proxy) join(client, server net.Conn) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.open[client], p.open[server] = true, true
	var answered atomic.Bool
	answered.Store(true)
	left := new(atomic.Int64)
	left.Store(1 << 62)
	if within := p.cutWithin.Load(); within > 0 {
		left.Store(rand.Int64N(within))
	}
	p.copying.Go(func() {
		p.copy(server, client, left, func(int) {
			if answered.Swap(false) {
				p.trips.Add(1)
			}
			p.wait()
		})
		// What was sent before the client left still arrives.
		_ = server.(*net.TCPConn).CloseWrite()
	})
	p.copying.Go(func() {
		p.copy(client, server, left, func(bytes int) {
			answered.Store(true)
			p.answers.Add(1)
			p.answered.Add(int64(bytes))
		})
		p.cut(client)
		p.cut(server)
	})
}

// copy passes on pieces until there are no more, or no bytes left. note is called
// for each, before it is passed on.
func (p *proxy) copy(to, from net.Conn, left *atomic.Int64, note func(bytes int)) {
	piece := make([]byte, 16<<10)
	for {
		n, err := from.Read(piece)
		if n > 0 {
			note(n)
			passing := min(int64(n), max(left.Add(-int64(n))+int64(n), 0))
			// Who has left does not keep the others from hearing the rest.
			_, _ = to.Write(piece[:passing])
			if passing < int64(n) {
				p.cut(to)
				p.cut(from)
				return
			}
		}
		if err != nil {
			return
		}
	}
}

func (p *proxy) cut(connection net.Conn) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if p.open[connection] {
		_ = connection.Close()
		delete(p.open, connection)
	}
}

func (p *proxy) cutAll() {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	for connection := range p.open {
		_ = connection.Close()
	}
	clear(p.open)
}

// hold keeps back what clients send from now on, until release.
func (p *proxy) hold() {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.held = make(chan struct{})
}

func (p *proxy) release() {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if p.held != nil {
		close(p.held)
		p.held = nil
	}
}

func (p *proxy) wait() {
	p.mutex.Lock()
	held := p.held
	p.mutex.Unlock()
	if held != nil {
		<-held
	}
}
