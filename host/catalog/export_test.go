package catalog

import "time"

// Hasten lets a catalog live through an hour in a part of it: all is sooner but what
// depends on how fast processes are.
func (s *Settings) Hasten(factor int) {
	s.pauses = usual()
	for _, pause := range []*time.Duration{
		&s.pauses.poll, &s.pauses.stillness, &s.pauses.news, &s.pauses.firstRetry, &s.pauses.lastRetry,
	} {
		*pause /= time.Duration(factor)
	}
}
