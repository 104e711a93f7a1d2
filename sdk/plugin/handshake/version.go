package handshake

import (
	"fmt"
	"strconv"
)

// Version is a version of the contract as people read it, MAJOR.MINOR: that of
// this package with ContractMinor, that of a plugin with what it describes.
func Version(minor uint32) string { return fmt.Sprintf("%d.%d", ProtocolVersion, minor) }

// CheckMajor refuses a plugin whose handshake announces another major version of
// the contract. The error names both, and says what helps.
func CheckMajor(announced string) error {
	own := strconv.Itoa(ProtocolVersion)
	if announced == own {
		return nil
	}
	return fmt.Errorf("it speaks version %s of the plugin contract, and this bothost version %s: "+
		"take a release of the plugin for version %s, or a bothost for version %s", announced, own, own, announced)
}
