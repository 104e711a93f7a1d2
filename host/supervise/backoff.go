package supervise

import (
	"math/rand/v2"
	"slices"
	"time"
)

const (
	// maxCrashes within crashWindow are borne; one more and the plugin is broken.
	maxCrashes  = 5
	crashWindow = 60 * time.Second

	firstBackoff = 100 * time.Millisecond
	maxBackoff   = 10 * time.Second
)

// crashes is the recent history of a plugin's unexpected ends and failed starts.
type crashes struct{ times []time.Time }

// add records one and returns how many there were within the window.
func (c *crashes) add(now time.Time) int {
	c.times = slices.DeleteFunc(c.times, func(t time.Time) bool { return now.Sub(t) >= crashWindow })
	c.times = append(c.times, now)
	return len(c.times)
}

// backoff is the pause after so many failures in a row.
func backoff(failures int) time.Duration { return growing(firstBackoff, maxBackoff, failures) }

// growing is a pause that grows with every failure in a row, and differs from one
// to the next so that what failed together does not come back together: between
// half and all of a doubling delay.
func growing(first, longest time.Duration, failures int) time.Duration {
	delay := longest
	if shift := failures - 1; shift < 10 {
		delay = min(longest, first<<shift)
	}
	return delay/2 + rand.N(delay/2+1)
}
