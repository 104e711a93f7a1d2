package catalog

import (
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// stamp tells one state of a file from another without reading it. The zero stamp
// is that of a file that is not there.
type stamp struct {
	inode    uint64
	size     int64
	modified time.Time
	mode     os.FileMode
	owner    uint32
}

// stampOf does not follow links. What cannot be looked at is taken for absent.
func stampOf(path string) stamp {
	info, err := os.Lstat(path)
	if err != nil {
		return stamp{}
	}
	s := stamp{size: info.Size(), modified: info.ModTime(), mode: info.Mode(), owner: ownerOf(info)}
	if status, ok := info.Sys().(*syscall.Stat_t); ok {
		s.inode = status.Ino
	}
	return s
}

func ownerOf(info os.FileInfo) uint32 {
	if status, ok := info.Sys().(*syscall.Stat_t); ok {
		return status.Uid
	}
	return 0
}

// ground is what all files stand on: whose the directory is, who may write to it,
// and the lock.
type ground struct {
	mode  os.FileMode
	owner uint32
	lock  stamp
}

func groundOf(dir string) ground {
	found := ground{lock: stampOf(filepath.Join(dir, LockName))}
	if info, err := os.Stat(dir); err == nil {
		found.mode, found.owner = info.Mode(), ownerOf(info)
	}
	return found
}
