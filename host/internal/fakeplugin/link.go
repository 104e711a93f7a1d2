package fakeplugin

import (
	"io"
	"os"
	"path/filepath"
)

// T is what Link needs of a test.
type T interface {
	Helper()
	Fatalf(format string, args ...any)
}

// Link puts this test binary into a folder under a plugin's name and returns its
// path. It is a hard link where that is possible, since the binary is large.
func Link(t T, dir, name string) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatalf("find the test binary: %v", err)
	}
	path := filepath.Join(dir, name)
	if err := os.Link(self, path); err != nil {
		if err := copyFile(path, self); err != nil {
			t.Fatalf("copy the test binary: %v", err)
		}
	}
	// Whatever the umask was: what a group may write to is no plugin.
	if err := os.Chmod(path, 0o755); err != nil {
		t.Fatalf("make %s a plugin: %v", name, err)
	}
	return path
}

func copyFile(to, from string) error {
	source, err := os.Open(from)
	if err != nil {
		return err
	}
	defer func() { _ = source.Close() }()
	target, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY|os.O_EXCL, 0o755)
	if err != nil {
		return err
	}
	if _, err := io.Copy(target, source); err != nil {
		return err
	}
	return target.Close()
}
