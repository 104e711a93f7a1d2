package supervise

import (
	"time"

	pluginv1 "github.com/bothost/bothost/sdk/plugin/v1"
)

// Catalog finds executables.
type Catalog interface {
	// Binary returns what is to be run as the plugin, or why nothing can be.
	Binary(plugin string) (Binary, error)
}

// Settings is what a Supervisor is made of. Durations that are 0 stand for their
// defaults.
type Settings struct {
	Launcher Launcher
	Catalog  Catalog
	// Attached is given what a process says of itself that the supervisor is about
	// to attach to; it may be another program than the last time. An error refuses
	// it. nil: nobody wants to know.
	Attached func(plugin string, description *pluginv1.DescribeResponse) error
	// DataDir is the absolute path of the folder that plugins may keep files in.
	DataDir string
	// AcquireWait is how long a user of a plugin that crashed waits for its
	// restart. Default 5 s.
	AcquireWait time.Duration
	// CoolDown is how long a broken plugin is left alone before its next use may
	// start it again. Default 30 s.
	CoolDown time.Duration
	// Suspension is how long a configuration that fails is suspended at first.
	// Default 1 s.
	Suspension time.Duration
	// OpenTimeout, CheckTimeout and CloseTimeout bound the calls of these names.
	// Defaults 30 s, 30 s and 5 s.
	OpenTimeout, CheckTimeout, CloseTimeout time.Duration
	// DrainTimeout bounds how long Shutdown waits for sessions to end, within its
	// context. Default 30 s.
	DrainTimeout time.Duration
}

func (s Settings) withDefaults() Settings {
	s.Launcher = s.Launcher.withDefaults()
	for _, value := range []struct {
		field *time.Duration
		value time.Duration
	}{
		{&s.AcquireWait, 5 * time.Second},
		{&s.CoolDown, 30 * time.Second},
		{&s.Suspension, time.Second},
		{&s.OpenTimeout, 30 * time.Second},
		{&s.CheckTimeout, 30 * time.Second},
		{&s.CloseTimeout, 5 * time.Second},
		{&s.DrainTimeout, 30 * time.Second},
	} {
		if *value.field <= 0 {
			*value.field = value.value
		}
	}
	return s
}
