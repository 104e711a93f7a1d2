//go:build !linux

package supervise

// withSlack calls start: only Linux lets a process's timers be less exact.
func withSlack(start func() error) error { return start() }
