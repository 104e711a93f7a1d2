package host

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/bothost/bothost/host/config"
	"github.com/bothost/bothost/sdk/schema"
)

// findAdminKey gives the operator's key: the configured one, or one that the
// first start makes and keeps in the data directory. It is made only where the
// registry is local too: instances that share a registry must share a key.
func (h *Host) findAdminKey(resolver *config.Resolver) (string, error) {
	c := resolver.Config()
	if c.Settings().Auth.Mode != config.AuthKeys {
		return "", nil
	}
	key, err := c.AdminKey()
	if err != nil || key != "" {
		return key, err
	}
	if h.isRemote(resolver.RegistryStore().Plugin) {
		return "", errors.New("auth.admin_key is not set, and the registry is shared with other instances: " +
			"set the same key on each of them, for example auth: {mode: keys, admin_key: \"${env:BOTHOST_ADMIN_KEY}\"}")
	}
	path := filepath.Join(h.dataDir.path, config.AdminKeyFile)
	kept, err := os.ReadFile(path)
	if err == nil {
		return strings.TrimSpace(string(kept)), nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("admin key: %w", err)
	}
	return h.makeAdminKey(path)
}

// isRemote reports whether a store is reached over an address, which other
// instances can reach too.
func (h *Host) isRemote(plugin string) bool {
	described, err := h.catalog.Schema(plugin)
	return err != nil || len(described.Annotated(schema.Endpoint)) > 0
}

func (h *Host) makeAdminKey(path string) (string, error) {
	random, err := randomBytes(32)
	if err != nil {
		return "", err
	}
	key := "bha_" + hex.EncodeToString(random)
	if err := os.WriteFile(path, []byte(key+"\n"), 0o600); err != nil {
		return "", fmt.Errorf("admin key: %w", err)
	}
	h.logger.Info("admin key made", "file", path)
	return key, nil
}
