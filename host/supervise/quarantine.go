package supervise

import "time"

const (
	// firstQuarantine follows the second death, and doubles with each further
	// one, three times.
	firstQuarantine = 10 * time.Second
	// quarantineMemory is how long a death is held against a configuration.
	quarantineMemory = 10 * time.Minute
)

// quarantine keeps a configuration that a process does not survive opening from
// ending the next one, on which all other instances depend. It knows
// configurations by their keys, for an instance that never opened leaves nothing
// else. The zero value is ready; the unit's mutex guards it.
type quarantine struct{ suspects map[string]suspect }

// suspect is a configuration that was being opened when processes ended: so many
// in a row. One time may have been chance.
type suspect struct {
	deaths int
	last   time.Time
}

// wait says how long the configuration may not be opened.
func (q *quarantine) wait(key string, now time.Time) time.Duration {
	suspect := q.suspects[key]
	if suspect.deaths < 2 {
		return 0
	}
	return firstQuarantine<<min(suspect.deaths-2, 3) - now.Sub(suspect.last)
}

// suspects reports whether a process has ended under the configuration lately.
func (q *quarantine) suspected(key string) bool { return q.suspects[key].deaths > 0 }

// blame records the end of a process.
func (q *quarantine) blame(key string, now time.Time) {
	for key, suspect := range q.suspects {
		if now.Sub(suspect.last) > quarantineMemory {
			delete(q.suspects, key)
		}
	}
	if q.suspects == nil {
		q.suspects = map[string]suspect{}
	}
	q.suspects[key] = suspect{deaths: q.suspects[key].deaths + 1, last: now}
}

// clear follows an opening that the process survived.
func (q *quarantine) clear(key string) { delete(q.suspects, key) }
