package openai

import (
	"net/http"
	"strconv"
	"time"
)

// longestWait bounds what a server may ask for.
const longestWait = 24 * time.Hour

// retryAfter is how long a server asks to wait: in milliseconds, as OpenAI's own
// client understands, in seconds, or until a time by the server's clock. It is 0 if
// the server does not say.
func retryAfter(header http.Header) time.Duration {
	if wait, ok := readWait(header.Get("Retry-After-Ms"), time.Millisecond); ok {
		return wait
	}
	written := header.Get("Retry-After")
	if wait, ok := readWait(written, time.Second); ok {
		return wait
	}
	until, err := http.ParseTime(written)
	if err != nil {
		return 0
	}
	now, err := http.ParseTime(header.Get("Date"))
	if err != nil {
		now = time.Now()
	}
	return min(max(until.Sub(now), 0), longestWait)
}

// readWait reads a number of units; it need not be whole.
func readWait(written string, unit time.Duration) (time.Duration, bool) {
	number, err := strconv.ParseFloat(written, 64)
	if err != nil || !(number >= 0) { // not a number is not at least 0
		return 0, false
	}
	return time.Duration(min(number*float64(unit), float64(longestWait))), true
}
