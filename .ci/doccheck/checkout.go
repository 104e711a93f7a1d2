package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// copyCheckout makes a copy of what a reader has after make build: what git
// knows or would add, and bin.
func copyCheckout(ctx context.Context, target string) error {
	list, err := exec.CommandContext(ctx, "git", "ls-files", "-z", "--cached", "--others", "--exclude-standard").Output()
	if err != nil {
		return fmt.Errorf("list the files of the checkout: %w", err)
	}
	files := strings.FieldsFunc(string(list), func(r rune) bool { return r == 0 })
	built, err := filepath.Glob("bin/plugins/*")
	if err != nil {
		return err
	}
	for _, file := range append(append(files, "bin/bothost"), built...) {
		if err := copyFile(file, filepath.Join(target, file)); err != nil {
			return fmt.Errorf("copy the checkout: %w", err)
		}
	}
	return nil
}

func copyFile(source, target string) error {
	info, err := os.Lstat(source)
	if errors.Is(err, os.ErrNotExist) && !strings.HasPrefix(source, "bin/") {
		// Deleted, and git does not know yet.
		return nil
	}
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(target), 0o700); err != nil {
		return err
	}
	if info.Mode().Type() == os.ModeSymlink {
		link, err := os.Readlink(source)
		if err != nil {
			return err
		}
		return os.Symlink(link, target)
	}
	return copyContent(source, target, info.Mode().Perm())
}

func copyContent(source, target string, mode os.FileMode) error {
	from, err := os.Open(source)
	if err != nil {
		return err
	}
	defer from.Close()
	// Plugins must not be writable by others.
	to, err := os.OpenFile(target, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode&^0o022)
	if err != nil {
		return err
	}
	_, err = io.Copy(to, from)
	return errors.Join(err, to.Close())
}
