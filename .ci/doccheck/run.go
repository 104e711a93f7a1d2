package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// limit is how long one document may take.
const limit = 5 * time.Minute

// run tries one document's blocks.
func run(ctx context.Context, d *document) (err error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	if err := portsFree(ctx, d); err != nil {
		return err
	}
	// Others may not write there: hosts keep their data below it.
	folder, err := os.MkdirTemp("", "doccheck-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	checkout := filepath.Join(folder, "bothost")
	if err := copyCheckout(ctx, checkout); err != nil {
		return err
	}
	out, files := filepath.Join(folder, "out"), filepath.Join(folder, "files")
	if err := writeFiles(d, out, files); err != nil {
		return err
	}
	path := filepath.Join(folder, "script")
	if err := os.WriteFile(path, []byte(script(d, out, files)), 0o600); err != nil {
		return err
	}
	if err := runScript(ctx, path, checkout); err != nil {
		return explain(d, out, err)
	}
	return compareAll(d, out)
}

// portsFree says clearly what would otherwise be found out in odd ways.
func portsFree(ctx context.Context, d *document) error {
	for _, port := range d.ports() {
		address := net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
		listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
		if err != nil {
			return fmt.Errorf("%s: its commands need the address %s, which is taken: %w", d.path, address, err)
		}
		_ = listener.Close()
	}
	return nil
}

// writeFiles keeps the blocks that are files where the script finds them.
func writeFiles(d *document, folders ...string) error {
	for _, folder := range folders {
		if err := os.Mkdir(folder, 0o700); err != nil {
			return err
		}
	}
	files := folders[len(folders)-1]
	for i, b := range d.blocks {
		if b.kind != file {
			continue
		}
		if err := os.WriteFile(filepath.Join(files, strconv.Itoa(i)), []byte(b.text), 0o600); err != nil {
			return err
		}
	}
	return nil
}

// runScript runs it in a process group of its own, and leaves none of it behind.
func runScript(ctx context.Context, path, checkout string) error {
	command := exec.CommandContext(ctx, "sh", path)
	command.Dir = checkout
	for _, variable := range os.Environ() {
		if !strings.HasPrefix(variable, "BOTHOST") && !strings.HasPrefix(variable, "PWD=") {
			command.Env = append(command.Env, variable)
		}
	}
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	command.Cancel = func() error { return syscall.Kill(-command.Process.Pid, syscall.SIGTERM) }
	command.WaitDelay = 10 * time.Second
	err := command.Run()
	if command.Process != nil {
		// A group without members is no error here.
		_ = syscall.Kill(-command.Process.Pid, syscall.SIGKILL)
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}

// explain shows the block that the script ended in.
func explain(d *document, out string, cause error) error {
	for i := len(d.blocks) - 1; i >= 0; i-- {
		printed, err := os.ReadFile(filepath.Join(out, strconv.Itoa(i)))
		if err == nil {
			return fmt.Errorf("%s: %w\n%s\nthis was printed:\n%s", d.blocks[i].where, cause, indent(d.blocks[i].text), printed)
		}
	}
	return fmt.Errorf("%s: %w", d.path, cause)
}

func indent(text string) string {
	return "  " + strings.ReplaceAll(strings.TrimSpace(text), "\n", "\n  ")
}

// compareAll compares what was printed with what is documented.
func compareAll(d *document, out string) error {
	var wrong []error
	before := -1
	for i, b := range d.blocks {
		switch b.kind {
		case command, background:
			before = i
		case output:
			if before < 0 {
				wrong = append(wrong, fmt.Errorf("%s: no command comes before it", b.where))
				continue
			}
			if d.blocks[before].leftOut() {
				continue
			}
			printed, err := os.ReadFile(filepath.Join(out, strconv.Itoa(before)))
			if err == nil {
				err = compare(b.text, string(printed))
			}
			if err != nil {
				wrong = append(wrong, fmt.Errorf("%s: %w", b.where, err))
			}
		}
	}
	return errors.Join(wrong...)
}
