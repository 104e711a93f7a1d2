package host

import (
	"github.com/bothost/bothost/host/catalog"
	"github.com/bothost/bothost/host/httpapi"
	"github.com/bothost/bothost/host/supervise"
)

// Plugins tells what is in the plugin directory, and how what runs of it does.
func (h *Host) Plugins() []httpapi.Plugin {
	running := make(map[string]supervise.Status)
	for _, status := range h.supervisor.Status() {
		running[status.Plugin] = status
	}
	entries := h.catalog.Entries()
	plugins := make([]httpapi.Plugin, len(entries))
	for i, entry := range entries {
		plugins[i] = describePlugin(entry, running[entry.Plugin])
	}
	return plugins
}

func describePlugin(entry catalog.Entry, status supervise.Status) httpapi.Plugin {
	plugin := httpapi.Plugin{
		Plugin: entry.Plugin, Kind: entry.Kind, Name: entry.Name, Version: entry.Version, Contract: entry.Contract,
		Checksum: entry.Checksum, Serving: entry.Serving, Pinned: entry.Pinned, Attached: entry.Attached(),
		State: string(entry.State), Reason: entry.Reason, PID: status.PID, Instances: status.Instances,
		Suspended: status.Suspended, Restarts: status.Restarts, LastError: status.LastError,
	}
	if status.State != "" && entry.State == catalog.Idle {
		plugin.State = string(status.State)
	}
	return plugin
}
