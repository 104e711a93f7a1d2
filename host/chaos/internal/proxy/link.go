package proxy

import (
	"net"
	"sync"
	"time"
)

// link is one connection and its continuation.
type link struct {
	proxy          *Proxy
	client, server net.Conn

	mu sync.Mutex
	// suffers is the trouble that left was drawn for.
	suffers *trouble
	left    int
}

// pump forwards one direction to its end.
func (l *link) pump(from, to net.Conn) {
	buffer := make([]byte, 16<<10)
	for {
		n, err := from.Read(buffer)
		allowed, ok := l.pass(n)
		if allowed > 0 {
			if _, writeErr := to.Write(buffer[:allowed]); writeErr != nil {
				ok = false
			}
		}
		if !ok || err != nil {
			l.cut(!ok)
			return
		}
	}
}

// pass waits as long as the trouble of the moment wants, and says how many of n
// bytes may be forwarded; false means that the link breaks then.
func (l *link) pass(n int) (allowed int, ok bool) {
	t := l.proxy.current()
	switch {
	case t.isStalled:
		<-t.over
		if l.proxy.below(2) == 0 {
			return 0, false
		}
		return l.pass(n)
	case t.cutWithin > 0:
		return l.spend(t, n)
	case t.delay > 0 && n > 0:
		pause := time.NewTimer(time.Duration(l.proxy.below(int(t.delay))))
		defer pause.Stop()
		select {
		case <-pause.C:
		case <-t.over:
		}
	}
	return n, true
}

// spend takes bytes off what the link may still carry.
func (l *link) spend(t *trouble, n int) (allowed int, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.suffers != t {
		l.suffers, l.left = t, l.proxy.below(t.cutWithin)
	}
	if n > l.left {
		return l.left, false
	}
	l.left -= n
	return n, true
}

// cut closes both sides; with a reset, what was sent before may be lost too.
func (l *link) cut(withReset bool) {
	for _, side := range []net.Conn{l.client, l.server} {
		if tcp, isTCP := side.(*net.TCPConn); isTCP && withReset && l.proxy.below(2) == 0 {
			_ = tcp.SetLinger(0)
		}
		_ = side.Close()
	}
}
