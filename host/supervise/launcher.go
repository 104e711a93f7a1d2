package supervise

import (
	"context"
	"os"
	"slices"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/bothost/bothost/sdk/client"
	"github.com/bothost/bothost/sdk/plugin/handshake"
	pluginv1 "github.com/bothost/bothost/sdk/plugin/v1"
)

// Binary is an executable that may be run as a plugin, or a process that somebody
// else runs as one.
type Binary struct {
	// Plugin is the full name, <kind>-<name>.
	Plugin string
	// Path is absolute, of a file that nobody else can change.
	Path string
	// Checksum tells one content of the file from another.
	Checksum string
	// Socket, if not empty, is where a process listens that is attached to; there is
	// nothing to run then, and neither Path nor Checksum.
	Socket string
}

// Launcher starts plugin processes. It keeps no state and may be copied; its
// methods may be called concurrently.
type Launcher struct {
	// SocketDir is a private folder (mode 0700), the same for all plugins. It
	// holds the sockets and must be short: see CheckSocketDir.
	SocketDir string
	// Env is the whole environment of a plugin, NAME=value, apart from what
	// go-plugin adds. The host's own is not inherited: see Environment.
	Env []string
	// Limits says what bounds a plugin's processes; it is asked at each start. nil:
	// the defaults for all.
	Limits func(plugin string) Limits
	// Logger receives what plugins print, under their names. nil discards it.
	Logger hclog.Logger
	// StartTimeout bounds everything from the start of a process to its first
	// answer. Default 10 s.
	StartTimeout time.Duration
	// Grace is how long a plugin may take to end itself when it is told to,
	// before it is killed. Default 2 s.
	Grace time.Duration
}

// Environment picks the named variables that are set out of the host's
// environment.
func Environment(names ...string) []string {
	var env []string
	for _, name := range names {
		if value, ok := os.LookupEnv(name); ok {
			env = append(env, name+"="+value)
		}
	}
	return env
}

// CommonEnvironment lists what a program needs to find its way about, and what
// holds no secrets: folders, language, time zone, certificates.
func CommonEnvironment() []string {
	return []string{
		"PATH", "HOME", "TMPDIR", "LANG", "LC_ALL", "TZ",
		"SSL_CERT_FILE", "SSL_CERT_DIR",
	}
}

// Describe starts the plugin, asks it what it is, and stops it. The process
// sees no configuration. It fails with the last lines that the plugin printed.
//
// A process that runs already is asked without a limit of time: it may stand at
// a breakpoint.
func (l Launcher) Describe(ctx context.Context, binary Binary) (*pluginv1.DescribeResponse, error) {
	if binary.Socket != "" {
		return l.describeAttached(ctx, binary)
	}
	ctx, cancel := context.WithTimeout(ctx, l.withDefaults().StartTimeout)
	defer cancel()
	process, err := l.start(ctx, binary)
	if err != nil {
		return nil, err
	}
	defer process.stop(ctx)
	description, err := process.service().Describe(ctx, &pluginv1.DescribeRequest{})
	if err != nil {
		return nil, process.explain("describe", client.Error(err))
	}
	return description, nil
}

func (l Launcher) withDefaults() Launcher {
	if l.Logger == nil {
		l.Logger = hclog.NewNullLogger()
	}
	if l.StartTimeout <= 0 {
		l.StartTimeout = 10 * time.Second
	}
	if l.Grace <= 0 {
		l.Grace = 2 * time.Second
	}
	return l
}

// environment is Env, the level of the log that the plugin shares, and its limits.
func (l Launcher) environment(limits Limits) []string {
	env := append(slices.Clone(l.Env), handshake.LogLevelVariable+"="+l.Logger.GetLevel().String())
	return append(env, limits.environment()...)
}

func (l Launcher) limits(plugin string) Limits {
	if l.Limits == nil {
		return Limits{}.withDefaults()
	}
	return l.Limits(plugin).withDefaults()
}
