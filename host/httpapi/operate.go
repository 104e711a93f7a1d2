package httpapi

import (
	"net/http"
)

type cacheStatus struct {
	Tenants    []string `json:"tenants"`
	Size       int      `json:"size"`
	MaxSize    int      `json:"max_size"`
	TTLSeconds float64  `json:"ttl_seconds"`
	Hits       uint64   `json:"hits"`
	Misses     uint64   `json:"misses"`
	Evictions  uint64   `json:"evictions"`
}

func (a *api) getCache(w http.ResponseWriter, _ *http.Request) error {
	status := a.Registry.Status()
	return reply(w, http.StatusOK, cacheStatus{
		Tenants: status.Tenants, Size: len(status.Tenants), MaxSize: status.MaxSize,
		TTLSeconds: status.TTL.Seconds(), Hits: status.Hits, Misses: status.Misses, Evictions: status.Evictions,
	})
}

func (a *api) clearCache(w http.ResponseWriter, _ *http.Request) error {
	a.Registry.ClearCache()
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (a *api) refreshTenant(w http.ResponseWriter, r *http.Request) error {
	a.Registry.Refresh(pathName(r, "tenant"))
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// Plugin is one file of the plugin directory, and what runs of it.
type Plugin struct {
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
	Pinned  bool   `json:"pinned"`
	// Attached says that it is a process that somebody else has started, and not a
	// file.
	Attached bool `json:"attached,omitempty"`
	// State is idle, running, restarting, broken, gone, refused, waiting or ignored.
	State     string `json:"state"`
	Reason    string `json:"reason,omitempty"`
	PID       int    `json:"pid"`
	Instances int    `json:"instances"`
	// Suspended is how many configurations are tried only now and then, since what
	// they name fails.
	Suspended int    `json:"suspended"`
	Restarts  int    `json:"restarts"`
	LastError string `json:"last_error,omitempty"`
}

func (a *api) listPlugins(w http.ResponseWriter, _ *http.Request) error {
	return reply(w, http.StatusOK, listOf(a.Plugins(), ""))
}

func (a *api) live(w http.ResponseWriter, _ *http.Request) error {
	return reply(w, http.StatusOK, map[string]string{"status": "live", "version": a.Version})
}

func (a *api) ready(w http.ResponseWriter, r *http.Request) error {
	if err := a.Ready(r.Context()); err != nil {
		if a.isOperator(r) {
			return err
		}
		return a.conceal(r, err)
	}
	return reply(w, http.StatusOK, map[string]string{"status": "ready"})
}
