package supervise_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/bothost/bothost/host/internal/fakeplugin"
	"github.com/bothost/bothost/host/supervise"
	"github.com/bothost/bothost/sdk/fault"
)

func TestDescribe(t *testing.T) {
	t.Parallel()
	for _, plugin := range []string{"llm-works", "memory-works", "store-works", fakeplugin.Floods, fakeplugin.OddLog, fakeplugin.Parent} {
		t.Run(plugin, func(t *testing.T) {
			t.Parallel()
			launcher, _ := newLauncher(t)
			binary, err := link(t, plugin).Binary(plugin)
			if err != nil {
				t.Fatal(err)
			}
			description, err := launcher.Describe(t.Context(), binary)
			if err != nil {
				t.Fatal(err)
			}
			if description.GetName() != plugin || description.GetVersion() != "1.2.3" {
				t.Errorf("description is %v", description)
			}
		})
	}
}

func TestBadPluginsFailWithTheirReason(t *testing.T) {
	t.Parallel()
	const short = 1500 * time.Millisecond
	for _, test := range []struct {
		plugin  string
		timeout time.Duration
		want    []string
	}{
		{fakeplugin.Exits, 0, []string{"ended before it was ready (exit status 3)", "stderr: no licence found"}},
		{fakeplugin.Hangs, short, []string{"did not answer within 1.5s", "waiting for the moon"}},
		{fakeplugin.Noisy, 0, []string{"Welcome to my plugin!", "only the handshake may stand"}},
		{fakeplugin.TCP, 0, []string{"only a Unix socket in PLUGIN_UNIX_SOCKET_DIR is private"}},
		{fakeplugin.Elsewhere, 0, []string{"/tmp/elsewhere, which is not in PLUGIN_UNIX_SOCKET_DIR"}},
		{fakeplugin.Newer, 0, []string{
			"it speaks version 2 of the plugin contract, and this bothost version 1",
			"take a release of the plugin for version 1, or a bothost for version 2",
		}},
		{fakeplugin.Detached, short, []string{"did not answer within 1.5s"}},
	} {
		t.Run(test.plugin, func(t *testing.T) {
			t.Parallel()
			launcher, _ := newLauncher(t)
			launcher.StartTimeout = test.timeout
			binary, err := link(t, test.plugin).Binary(test.plugin)
			if err != nil {
				t.Fatal(err)
			}
			_, err = launcher.Describe(t.Context(), binary)
			if !fault.Is(err, fault.Unavailable) {
				t.Fatalf("error is %v", err)
			}
			for _, want := range append(test.want, "start "+test.plugin) {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%q is not in: %v", want, err)
				}
			}
		})
	}
}

func TestFilesThatCannotRun(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		content string
		mode    os.FileMode
		want    string
	}{
		"text":           {"hello", 0o700, "not a program for this system"},
		"not executable": {"#!/bin/sh\n", 0o600, "permission denied"},
		"a script":       {"#!/bin/sh\necho oops >&2; exit 9\n", 0o700, "exit status 9"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			launcher, _ := newLauncher(t)
			path := filepath.Join(t.TempDir(), "llm-file")
			if err := os.WriteFile(path, []byte(test.content), test.mode); err != nil {
				t.Fatal(err)
			}
			_, err := launcher.Describe(t.Context(), supervise.Binary{Plugin: "llm-file", Path: path})
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error is %v, want %q", err, test.want)
			}
		})
	}
}

func TestStartHeedsItsContext(t *testing.T) {
	t.Parallel()
	launcher, _ := newLauncher(t)
	binary, err := link(t, fakeplugin.Hangs).Binary(fakeplugin.Hangs)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(300*time.Millisecond, cancel)
	began := time.Now()
	_, err = launcher.Describe(ctx, binary)
	if !fault.Is(err, fault.Canceled) || time.Since(began) > 5*time.Second {
		t.Errorf("after %s: %v", time.Since(began), err)
	}
}

func TestStubbornPluginIsKilled(t *testing.T) {
	t.Parallel()
	launcher, _ := newLauncher(t)
	launcher.Grace = 200 * time.Millisecond
	binary, err := link(t, fakeplugin.Stubborn).Binary(fakeplugin.Stubborn)
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	if _, err := launcher.Describe(t.Context(), binary); err != nil {
		t.Fatal(err)
	}
	if time.Since(began) > 5*time.Second {
		t.Errorf("it took %s", time.Since(began))
	}
}

func TestSocketDir(t *testing.T) {
	t.Parallel()
	long := filepath.Join(t.TempDir(), strings.Repeat("x", supervise.MaxSocketDir))
	open := t.TempDir()
	for dir, want := range map[string]string{
		long:                           "choose a shorter data_dir",
		open:                           "mode 0700",
		filepath.Join(open, "nowhere"): "no such file",
	} {
		if err := os.Chmod(open, 0o755); err != nil {
			t.Fatal(err)
		}
		launcher := supervise.Launcher{SocketDir: dir}
		_, err := launcher.Describe(t.Context(), supervise.Binary{Plugin: "llm-any", Path: "/nowhere"})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", dir, err, want)
		}
	}
}

// A file that is still open for writing somewhere cannot be executed; a process
// that is just being forked keeps it open for a moment.
func TestBusyFileIsTriedAgain(t *testing.T) {
	t.Parallel()
	launcher, _ := newLauncher(t)
	path := filepath.Join(t.TempDir(), "llm-busy")
	if err := os.WriteFile(path, []byte("#!/bin/sh\necho here >&2; exit 9\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	writer, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	time.AfterFunc(50*time.Millisecond, func() { _ = writer.Close() })
	_, err = launcher.Describe(t.Context(), supervise.Binary{Plugin: "llm-busy", Path: path})
	if err == nil || !strings.Contains(err.Error(), "here") {
		t.Errorf("error is %v", err)
	}
}

func TestEnvironment(t *testing.T) {
	t.Setenv("BOTHOST_TEST_SECRET", "hush")
	t.Setenv("BOTHOST_TEST_PUBLIC", "hello")
	env := supervise.Environment("BOTHOST_TEST_PUBLIC", "BOTHOST_TEST_ABSENT")
	if len(env) != 1 || env[0] != "BOTHOST_TEST_PUBLIC=hello" {
		t.Errorf("environment is %q", env)
	}
	launcher, _ := newLauncher(t)
	launcher.Env = append(launcher.Env, env...)
	s := supervise.New(supervise.Settings{Launcher: launcher, Catalog: link(t, "llm-works")})
	defer shutDown(t, s)
	instance := open(t, s, "llm-works", "k")
	defer instance.Release()
	for _, variable := range look(t, instance).Env {
		name, _, _ := strings.Cut(variable, "=")
		switch {
		case name == "BOTHOST_TEST_PUBLIC", name == "GORACE", name == "BOTHOST_PLUGIN", name == "BOTHOST_PLUGIN_LOG_LEVEL":
		case strings.HasPrefix(name, "PLUGIN_"):
		default:
			t.Errorf("the plugin sees %s", variable)
		}
	}
}
