package sqlite_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/bothost/bothost/plugins/store-sqlite/sqlite"
	"github.com/bothost/bothost/sdk"
	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/store"
)

const (
	fillTask     = "fill the disk"
	readOnlyTask = "open what is read-only"
)

// systemTasks are those of children for which the system has to be in a state.
func systemTasks() map[string]func(folder string) error {
	return map[string]func(string) error{fillTask: fillDisk, readOnlyTask: withoutRights}
}

// TestFullDisk has a child fill a small file system of its own, which it may
// mount in a namespace of its own.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	child := command(t, fillTask, t.TempDir())
	child.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNS,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}},
	}
	output, err := child.CombinedOutput()
	if errors.Is(err, syscall.EPERM) || errors.Is(err, syscall.EINVAL) || errors.Is(err, syscall.ENOSPC) {
		t.Skipf("this system has no namespaces for everybody: %v", err)
	}
	if err != nil {
		t.Errorf("%v:\n%s", err, output)
	}
}

func fillDisk(folder string) error {
	const small, large = "size=512k", "size=64m"
	if err := syscall.Mount("tmpfs", folder, "tmpfs", 0, small); err != nil {
		return fmt.Errorf("mount: %w", err)
	}
	ctx := context.Background()
	s, err := sqlite.Open(ctx, sqlite.Config{}, sdk.Settings{DataDir: folder})
	if err != nil {
		return err
	}
	if err := s.Heartbeat(ctx, "holder", time.Hour); err != nil {
		return err
	}
	told, err := uint64(0), error(nil)
	for err == nil {
		var turn uint64
		if turn, err = runTurn(ctx, s, "holder"); err == nil {
			told = turn
		}
	}
	if !fault.Is(err, fault.Unavailable) || !strings.Contains(err.Error(), "disk is full") || !strings.Contains(err.Error(), folder) {
		return fmt.Errorf("on a full disk: %w", err)
	}
	err = nil
	// What is too little for a turn may do for a check or two.
	rest := os.WriteFile(filepath.Join(folder, "rest"), make([]byte, 1<<20), 0o600)
	for checks := 0; err == nil && checks < 10; checks++ {
		_, err = s.Check(ctx)
	}
	if !errors.Is(rest, syscall.ENOSPC) || !fault.Is(err, fault.Unavailable) {
		return fmt.Errorf("check on a full disk: %w", errors.Join(rest, err))
	}
	if err := syscall.Mount("tmpfs", folder, "tmpfs", syscall.MS_REMOUNT, large); err != nil {
		return fmt.Errorf("make room: %w", err)
	}
	return goesOn(ctx, s, told)
}

// goesOn checks that a store has all turns that were told as committed, and takes
// more: first of another holder, since one may be pending.
func goesOn(ctx context.Context, s *sqlite.Store, told uint64) error {
	if err := s.Retire(ctx, "holder"); err != nil {
		return err
	}
	conversation, err := s.GetConversation(ctx, scope)
	if err != nil || told == 0 || conversation.Turns < told || conversation.Turns > told+1 {
		return fmt.Errorf("%d turns were told as committed, and there are %d: %w", told, conversation.Turns, err)
	}
	page, err := s.ListMessages(ctx, store.ListMessages{Scope: scope, Limit: 200})
	for told := min(told, uint64(len(page.Items)/2)); told > 0; told-- {
		if reply := page.Items[2*told-1]; reply.Status != store.Complete || reply.Message.Text() != fmt.Sprint("reply ", told) {
			return fmt.Errorf("turn %d is %s, with the reply %q", told, reply.Status, reply.Message.Text())
		}
	}
	turn, turnErr := runTurn(ctx, s, "another holder")
	if err := errors.Join(err, turnErr); err != nil || turn != conversation.Turns+1 {
		return fmt.Errorf("after turn %d comes turn %d: %w", conversation.Turns, turn, err)
	}
	return s.Close()
}

// TestReadOnly has a child of a user who may do nothing open a file, a folder,
// and nothing at all.
func TestReadOnly(t *testing.T) {
	t.Parallel()
	for name, modes := range map[string]struct{ folder, file os.FileMode }{
		"file":                {0o777, 0o444},
		"file and its folder": {0o555, 0o444},
		"file of others":      {0o777, 0o600},
		"folder of others":    {0o700, 0o666},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			folder := filled(t, 2)
			err := errors.Join(os.Chmod(filepath.Dir(folder), 0o755), os.Chmod(file(folder), modes.file), os.Chmod(folder, modes.folder))
			if err != nil {
				t.Fatal(err)
			}
			output, err := command(t, readOnlyTask, folder).CombinedOutput()
			if err != nil {
				t.Error(err)
			}
			t.Logf("the child says: %s", output)
			if err := os.Chmod(folder, 0o700); err != nil {
				t.Fatal(err)
			}
			checkTranscript(t, open(t, folder), 2)
		})
	}
}

func withoutRights(folder string) error {
	if os.Getuid() == 0 {
		const nobody = 65534
		if err := syscall.Setuid(nobody); err != nil {
			return fmt.Errorf("become nobody: %w", err)
		}
	}
	s, err := sqlite.Open(context.Background(), sqlite.Config{}, sdk.Settings{DataDir: folder})
	if err == nil {
		_, err = s.Check(context.Background())
		err = fmt.Errorf("the file was opened; check: %w", errors.Join(err, s.Close()))
		return err
	}
	if !fault.Is(err, fault.Unavailable) || !strings.Contains(err.Error(), file(folder)) || !strings.Contains(fault.As(err).Remedy, "writ") {
		return fmt.Errorf("the error does not say what to do: %w", err)
	}
	fmt.Println(err)
	return nil
}
