package load

import "bytes"

// counter counts how often a text is in what comes in parts.
type counter struct {
	mark  string
	count int
	// rest is the end of what came, which may be the beginning of a mark.
	rest []byte
}

func (c *counter) add(part []byte) {
	c.rest = append(c.rest, part...)
	for {
		at := bytes.Index(c.rest, []byte(c.mark))
		if at < 0 {
			break
		}
		c.count++
		c.rest = c.rest[at+len(c.mark):]
	}
	c.rest = append(c.rest[:0], c.rest[max(0, len(c.rest)-len(c.mark)+1):]...)
}
