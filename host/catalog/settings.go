package catalog

import (
	"context"

	"github.com/hashicorp/go-hclog"

	"github.com/bothost/bothost/host/supervise"
	pluginv1 "github.com/bothost/bothost/sdk/plugin/v1"
)

// Settings is what a catalog is loaded with.
type Settings struct {
	// Dir is the plugin directory.
	Dir string
	// PrivateDir is a folder of this process alone; the copies are in it.
	PrivateDir string
	// CacheDir keeps descriptions from one run of the host to the next; it is made
	// if it is not there. Empty: nothing is kept.
	CacheDir string
	// KeptDir keeps what was in service, for Rollback; it is made if it is not
	// there, and must be on the file system of PrivateDir. Empty: nothing is kept.
	KeptDir string
	// Describe starts a plugin and asks it what it is, within a time of its own:
	// supervise.Launcher does.
	Describe func(ctx context.Context, binary supervise.Binary) (*pluginv1.DescribeResponse, error)
	// Attached are the sockets of processes that run already, by plugin: they are
	// used instead of files, and Describe asks them, too.
	Attached map[string]string
	// Logger gets one line for each file that is refused. nil discards them.
	Logger hclog.Logger

	pauses pauses
}

func (s Settings) withDefaults() Settings {
	if s.Logger == nil {
		s.Logger = hclog.NewNullLogger()
	}
	if s.pauses == (pauses{}) {
		s.pauses = usual()
	}
	return s
}
