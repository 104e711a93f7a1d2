package catalog

import "time"

// refusals is how often in a row one content of a file was refused, and when it is
// looked at again: the cause may lie outside of the file. Nothing is remembered of
// contents before it.
type refusals struct {
	checksum string
	count    int
	// next is when it is looked at again; zero if it need not be.
	next time.Time
	// reason is set if it was tried, which costs a process; until then it is not
	// tried again, whatever becomes of the file.
	reason string
}

// add records that an entry was refused, perhaps after it was tried.
func (r *refusals) add(entry Entry, tried bool, now time.Time, p pauses) {
	if entry.Checksum != r.checksum {
		r.count = 0
	}
	*r = refusals{checksum: entry.Checksum, count: r.count + 1}
	r.next = now.Add(min(p.lastRetry, p.firstRetry<<min(r.count-1, 10)))
	if tried {
		r.reason = entry.Reason
	}
}

// forget lets what is refused be tried at once, as if it were new.
func (r *refusals) forget(now time.Time) {
	if !r.next.IsZero() {
		*r = refusals{next: now}
	}
}

// still gives the reason why a content is not tried yet.
func (r *refusals) still(checksum string, now time.Time) (reason string, ok bool) {
	return r.reason, r.reason != "" && checksum == r.checksum && now.Before(r.next)
}
