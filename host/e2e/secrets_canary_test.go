//go:build linux

package e2e

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"sync"
	"testing"
)

// canaries are secrets that occur nowhere else: wherever one turns up, it has been
// told. They may be used concurrently.
type canaries struct {
	t     testing.TB
	mutex sync.Mutex
	// known is what they are, by what they stand for.
	known map[string]string
	// told are those that have been found: one place says enough.
	told map[string]bool
}

func newCanaries(t testing.TB) *canaries {
	return &canaries{t: t, known: map[string]string{}, told: map[string]bool{}}
}

// mint makes one. It fits in a header, an address and a connection string.
func (c *canaries) mint(purpose string) string {
	secret := "canary" + rand.Text()
	c.keep(purpose, secret)
	return secret
}

// keep makes a canary of a secret that somebody else has made.
func (c *canaries) keep(purpose, secret string) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.known[purpose] = secret
}

// shown is how much of a secret, from either end, counts as all of it: what is cut
// off after so many bytes is told, too.
const shown = 16

// sweep looks for all of them in what is to be seen somewhere.
func (c *canaries) sweep(where string, content []byte) {
	c.t.Helper()
	c.mutex.Lock()
	defer c.mutex.Unlock()
	for purpose, secret := range c.known {
		for _, part := range []string{secret[:shown], secret[len(secret)-shown:]} {
			if at := bytes.Index(content, []byte(part)); at >= 0 && !c.told[purpose] {
				c.told[purpose] = true
				c.t.Errorf("%s tells the %s: %s", where, purpose, around(content, at))
			}
		}
	}
}

// around is a place in a text, for who has to find it.
func around(content []byte, at int) string {
	const before, after = 200, 80
	return fmt.Sprintf("...%q...", content[max(0, at-before):min(len(content), at+after)])
}
