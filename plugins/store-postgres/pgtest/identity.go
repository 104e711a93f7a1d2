//go:build unix

package pgtest

import (
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

// identity is the user that the server runs as: PostgreSQL refuses to run as
// root. Nil stands for the user of this process.
type identity struct {
	uid, gid uint32
}

func serverIdentity() (*identity, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		account, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err := strconv.ParseUint(account.Uid, 10, 32)
		if err != nil {
			return nil, fmt.Errorf("user id of %s: %w", name, err)
		}
		gid, err := strconv.ParseUint(account.Gid, 10, 32)
		if err != nil {
			return nil, fmt.Errorf("group id of %s: %w", name, err)
		}
		return &identity{uid: uint32(uid), gid: uint32(gid)}, nil
	}
	return nil, fmt.Errorf("PostgreSQL does not run as root, and there is neither a user postgres nor nobody to run it as")
}

func (i *identity) attributes() *syscall.SysProcAttr {
	attributes := &syscall.SysProcAttr{Setpgid: true}
	if i != nil {
		attributes.Credential = &syscall.Credential{Uid: i.uid, Gid: i.gid}
	}
	return attributes
}

// own hands what is directly in folder, and the folder, to the identity.
func (i *identity) own(folder string) error {
	if i == nil {
		return nil
	}
	entries, err := filepath.Glob(filepath.Join(folder, "*"))
	if err != nil {
		return fmt.Errorf("list %s: %w", folder, err)
	}
	for _, path := range append(entries, folder) {
		if err := os.Chown(path, int(i.uid), int(i.gid)); err != nil {
			return fmt.Errorf("hand %s to the server's user: %w", path, err)
		}
	}
	return nil
}
