//go:build !unix

package handshake

import "fmt"

// CheckPrivate refuses every folder: this system does not tell whose it is.
func CheckPrivate(dir string) error {
	return fmt.Errorf("socket folder %s: this system does not tell whose it is", dir)
}
