package sqlite

import "syscall"

// networkFileSystem names the network file system that a folder is on. Empty:
// it is a local one, or the system does not say.
func networkFileSystem(folder string) string {
	var stat syscall.Statfs_t
	if err := syscall.Statfs(folder, &stat); err != nil {
		return ""
	}
	// The numbers are the kernel's, of linux/magic.h and the file systems' own.
	switch uint32(stat.Type) {
	case 0x6969:
		return "NFS"
	case 0xff534d42:
		return "CIFS"
	case 0x517b, 0xfe534d42:
		return "SMB"
	case 0x5346414f:
		return "AFS"
	case 0x00c36400:
		return "Ceph"
	default:
		return ""
	}
}
