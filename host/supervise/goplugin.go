package supervise

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/hashicorp/go-plugin/runner"
)

// What go-plugin asks of a runner; Start is beside the rest of the process.
var _ runner.Runner = (*processRunner)(nil)

// Wait returns when the process has ended.
func (r *processRunner) Wait(ctx context.Context) error {
	select {
	case <-r.exited:
		return r.exit
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Kill does not wait: see exited.
func (r *processRunner) Kill(context.Context) error {
	r.kill()
	return nil
}

// Stdout gives the handshake's line, and ends.
func (r *processRunner) Stdout() io.ReadCloser { return r.announceReader }

// Stderr gives nothing: go-plugin must not parse what plugins print, for it
// panics on lines that look like its own and are not.
func (r *processRunner) Stderr() io.ReadCloser { return io.NopCloser(strings.NewReader("")) }

// Name is the executable's path.
func (r *processRunner) Name() string { return r.path }

// ID is the process's id, or empty before the start.
func (r *processRunner) ID() string {
	if pid := r.pid(); pid != 0 {
		return strconv.Itoa(pid)
	}
	return ""
}

// Diagnose adds nothing to go-plugin's error: see process.explain.
func (r *processRunner) Diagnose(context.Context) string { return "" }

// PluginToHost accepts only a socket in the process's own private folder, since
// the channel has no other protection.
func (r *processRunner) PluginToHost(network, address string) (string, string, error) {
	if network != "unix" {
		return "", "", fmt.Errorf("it listens on %s %s: only a Unix socket in PLUGIN_UNIX_SOCKET_DIR is private", network, address)
	}
	if filepath.Dir(filepath.Clean(address)) != filepath.Clean(r.socketDir) {
		return "", "", fmt.Errorf("it listens on %s, which is not in PLUGIN_UNIX_SOCKET_DIR (%s)", address, r.socketDir)
	}
	return network, address, nil
}

// HostToPlugin changes nothing: both see the same file system.
func (r *processRunner) HostToPlugin(network, address string) (string, string, error) {
	return network, address, nil
}
