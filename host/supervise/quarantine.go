package supervise

import "time"

const (
	// firstQuarantine doubles with each further death, three times.
	firstQuarantine = 10 * time.Second
	// quarantineMemory is how long a death is held against a configuration.
	quarantineMemory = 10 * time.Minute
)

// quarantine keeps a configuration that a process does not survive opening from
// ending the next one, on which all other instances depend. What was being opened
// when a process ended is suspected first, for it may have been chance, or another
// one's fault. Suspects are opened one at a time; under whom a process ends then
// is kept out for a while. Configurations are known by their keys, since an
// instance that never opened leaves nothing else. The zero value is ready; the
// unit's mutex guards it.
type quarantine struct{ suspects map[string]suspect }

// suspect is a configuration under which a process ended last, after it was
// suspected so many times in a row.
type suspect struct {
	deaths int
	last   time.Time
}

// wait says how long the configuration may not be opened.
func (q *quarantine) wait(key string, now time.Time) time.Duration {
	suspect := q.suspects[key]
	if suspect.deaths == 0 {
		return 0
	}
	return firstQuarantine<<min(suspect.deaths-1, 3) - now.Sub(suspect.last)
}

// suspected reports whether a process has ended under the configuration lately.
func (q *quarantine) suspected(key string) bool {
	_, ok := q.suspects[key]
	return ok
}

// blame records the end of a process under the configuration, which was suspected
// before or was not.
func (q *quarantine) blame(key string, suspected bool, now time.Time) {
	for key, suspect := range q.suspects {
		if now.Sub(suspect.last) > quarantineMemory {
			delete(q.suspects, key)
		}
	}
	if q.suspects == nil {
		q.suspects = map[string]suspect{}
	}
	suspect := suspect{deaths: q.suspects[key].deaths, last: now}
	if suspected {
		suspect.deaths++
	}
	q.suspects[key] = suspect
}

// clear follows an opening that the process survived.
func (q *quarantine) clear(key string) { delete(q.suspects, key) }
