package host

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/hashicorp/go-hclog"

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
	return keptAdminKey(h.dataDir.path, h.logger)
}

// keptAdminKey gives the key that a folder keeps, and makes it if there is none.
func keptAdminKey(folder string, logger hclog.Logger) (string, error) {
	path := filepath.Join(folder, config.AdminKeyFile)
	kept, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		if err = makeAdminKey(path, logger); err == nil {
			kept, err = os.ReadFile(path)
		}
	}
	if err != nil {
		return "", fmt.Errorf("admin key: %w", err)
	}
	key := strings.TrimSpace(string(kept))
	if key == "" {
		return "", fmt.Errorf("admin key: %s is empty: delete it, and the next start makes another", path)
	}
	return key, nil
}

// isRemote reports whether a store is reached over an address, which other
// instances can reach too.
func (h *Host) isRemote(plugin string) bool {
	described, err := h.catalog.Schema(plugin)
	return err != nil || len(described.Annotated(schema.Endpoint)) > 0
}

// makeAdminKey makes a key, unless another host on the same folder is faster.
// The file is there with all that is in it, or not at all.
func makeAdminKey(path string, logger hclog.Logger) error {
	random, err := randomBytes(32)
	if err != nil {
		return err
	}
	// CreateTemp makes files that only their owner can read.
	file, err := os.CreateTemp(filepath.Dir(path), config.AdminKeyFile+".*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(file.Name()) }()
	_, err = file.WriteString("bha_" + hex.EncodeToString(random) + "\n")
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		return err
	}
	switch err := os.Link(file.Name(), path); {
	case errors.Is(err, fs.ErrExist):
		return nil
	case err != nil:
		return err
	}
	logger.Info("admin key made", "file", path)
	return nil
}
