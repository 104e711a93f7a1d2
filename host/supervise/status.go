package supervise

import "github.com/bothost/bothost/sdk/fault"

// State says how a plugin is doing.
type State string

const (
	// Idle means not started yet, or not needed since it ended.
	Idle State = "idle"
	// Running means that there is a process.
	Running State = "running"
	// Restarting means that it ended unexpectedly and is on its way back.
	Restarting State = "restarting"
	// Broken means that it crashed too often, and waits for its cool-down, another file, or
	// a Reset.
	Broken State = "broken"
	// Gone means that the process that the host was attached to has ended. The
	// host attaches again to the next one.
	Gone State = "gone"
)

// Status is a plugin at one moment.
type Status struct {
	Plugin string
	State  State
	// PID is 0 while there is no process.
	PID       int
	Instances int
	// Suspended counts the configurations that failed too often, and are tried
	// only now and then.
	Suspended int
	// Restarts counts the starts after the first.
	Restarts int
	// LastError is why it last ended or could not be started; empty if never. That
	// the catalog has nothing to start is none.
	LastError string
}

// Status returns the plugins that have been asked for, by name.
func (s *Supervisor) Status() []Status {
	var list []Status
	for _, unit := range s.all() {
		list = append(list, unit.status())
	}
	return list
}

// Reset forgets the crashes of a plugin, so that its next use starts it at once.
func (s *Supervisor) Reset(plugin string) error {
	s.mutex.Lock()
	unit, ok := s.units[plugin]
	s.mutex.Unlock()
	if !ok {
		return fault.New(fault.NotFound, "plugin %s is not in use", plugin)
	}
	unit.mutex.Lock()
	unit.forgive()
	unit.mutex.Unlock()
	unit.recover()
	return nil
}

func (u *unit) status() Status {
	u.mutex.Lock()
	defer u.mutex.Unlock()
	status := Status{Plugin: u.plugin, State: u.state(), Instances: len(u.instances), Restarts: max(0, u.starts-1), Suspended: u.breakers.suspended()}
	if u.current != nil {
		status.PID = u.current.process.pid()
	}
	if u.lastError != nil {
		status.LastError = u.lastError.Error()
	}
	return status
}

// state is called with the mutex held.
func (u *unit) state() State {
	switch {
	case u.current != nil:
		return Running
	case u.away:
		return Gone
	case u.broken:
		return Broken
	case u.recovering, u.starting != nil && u.starts > 0:
		return Restarting
	}
	return Idle
}
