package sqlite

import "time"

// now is the clock of leases, deadlines and times.
func now() time.Time { return time.Now() }

// timeOf reads a time as it is kept: in nanoseconds since 1970.
func timeOf(nanoseconds int64) time.Time { return time.Unix(0, nanoseconds).UTC() }

// blob makes an empty value of nil, which would be NULL.
func blob(data []byte) []byte {
	if data == nil {
		return []byte{}
	}
	return data
}
