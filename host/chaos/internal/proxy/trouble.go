package proxy

import "time"

// trouble is what a proxy does to connections for a time; over is closed when
// it is over.
type trouble struct {
	isStalled bool
	// cutWithin is within how many bytes each connection is cut; 0 is never.
	cutWithin int
	// delay is the longest pause before bytes are forwarded.
	delay time.Duration
	over  chan struct{}
}

func noTrouble() *trouble { return &trouble{over: make(chan struct{})} }

// Cut lets each connection carry a random number of bytes, fewer than within, in
// both directions together, and breaks it there; also those that come later,
// until Heal.
func (p *Proxy) Cut(within int) { p.set(&trouble{cutWithin: within, over: make(chan struct{})}) }

// Stall leaves all connections open and forwards nothing, until Heal. Then half
// of them go on as if nothing had been, and the others break.
func (p *Proxy) Stall() { p.set(&trouble{isStalled: true, over: make(chan struct{})}) }

// Delay makes a pause, at most so long, before all that is forwarded, until
// Heal.
func (p *Proxy) Delay(most time.Duration) { p.set(&trouble{delay: most, over: make(chan struct{})}) }

// Heal ends the trouble that there is.
func (p *Proxy) Heal() { p.set(noTrouble()) }

func (p *Proxy) set(next *trouble) {
	p.mu.Lock()
	defer p.mu.Unlock()
	close(p.trouble.over)
	p.trouble = next
}

func (p *Proxy) current() *trouble {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.trouble
}

// below gives a random number from 0 to one less than n.
func (p *Proxy) below(n int) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.random.IntN(n)
}
