package host

import (
	"fmt"

	"github.com/bothost/bothost/sdk/plugin/handshake"
	pluginv1 "github.com/bothost/bothost/sdk/plugin/v1"
)

// socketsOf gives the attachments by plugin.
func socketsOf(attached []handshake.Attachment) (map[string]string, error) {
	sockets := make(map[string]string, len(attached))
	for _, a := range attached {
		if known, ok := sockets[a.Plugin]; ok {
			return nil, fmt.Errorf("attach to %s: both %s and %s are named", a.Plugin, known, a.Socket)
		}
		sockets[a.Plugin] = a.Socket
	}
	return sockets, nil
}

// adopt takes over what a plugin says of itself that was started again, and was
// perhaps changed before.
func (h *Host) adopt(plugin string, description *pluginv1.DescribeResponse) error {
	changed, err := h.catalog.Adopt(plugin, description)
	if err == nil && changed {
		// What the bots were built of was read by the schema of before.
		h.registry.ClearCache()
	}
	return err
}
