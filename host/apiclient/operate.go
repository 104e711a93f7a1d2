package apiclient

import (
	"context"
	"net/http"
)

// Cache tells which tenants' bots are built, most recently used first.
type Cache struct {
	Tenants    []string `json:"tenants"`
	Size       int      `json:"size"`
	MaxSize    int      `json:"max_size"`
	TTLSeconds float64  `json:"ttl_seconds"`
	Hits       uint64   `json:"hits"`
	Misses     uint64   `json:"misses"`
	Evictions  uint64   `json:"evictions"`
}

// Cache tells about the cache of the instance that answers.
func (c Client) Cache(ctx context.Context) (Cache, error) {
	var found Cache
	err := c.call(ctx, request{method: http.MethodGet, path: "/v1/cache"}, &found)
	return found, err
}

// ClearCache makes all bots new for their next turns.
func (c Client) ClearCache(ctx context.Context) error {
	return c.call(ctx, request{method: http.MethodDelete, path: "/v1/cache"}, nil)
}

// RefreshTenant makes one tenant's bot new for its next turn.
func (c Client) RefreshTenant(ctx context.Context, tenant string) error {
	return c.call(ctx, request{method: http.MethodDelete, path: "/v1/cache/" + segment(tenant)}, nil)
}

// Plugin is one file of the plugin directory, and what runs of it.
type Plugin struct {
	// Plugin is the file's name, <kind>-<name>.
	Plugin  string `json:"plugin"`
	Kind    string `json:"kind"`
	Name    string `json:"name"`
	Version string `json:"version"`
	// Contract is the version of the plugin contract that it was made for,
	// MAJOR.MINOR; empty if nothing is in service.
	Contract string `json:"contract,omitempty"`
	Checksum string `json:"checksum"`
	// Serving is the checksum of what is in service: that of the file, or what was
	// there before; empty if nothing is.
	Serving string `json:"serving,omitempty"`
	// Pinned says that plugins.lock names the checksum.
	Pinned bool `json:"pinned"`
	// Attached says that it is a process that somebody else has started, and not a
	// file.
	Attached bool `json:"attached,omitempty"`
	// State is idle, running, restarting, broken, gone, refused, waiting or ignored.
	State string `json:"state"`
	// Reason says why the file is not used.
	Reason    string `json:"reason,omitempty"`
	PID       int    `json:"pid"`
	Instances int    `json:"instances"`
	// Suspended is how many configurations are tried only now and then, since what
	// they name fails.
	Suspended int    `json:"suspended"`
	Restarts  int    `json:"restarts"`
	LastError string `json:"last_error,omitempty"`
}

// ListPlugins describes the plugin directory of the host.
func (c Client) ListPlugins(ctx context.Context) ([]Plugin, error) {
	var found List[Plugin]
	err := c.call(ctx, request{method: http.MethodGet, path: "/v1/plugins"}, &found)
	return found.Items, err
}
