package main

import (
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

// child is the program in a process of its own.
type child struct {
	command *exec.Cmd
	stdout  *announcement
	stderr  *lockedBuffer
}

func start(t *testing.T, args ...string) *child {
	t.Helper()
	c := &child{command: exec.Command(os.Args[0], args...), stdout: newAnnouncement(), stderr: &lockedBuffer{}}
	c.command.Env = append(os.Environ(), childVariable+"=1")
	c.command.Stdout, c.command.Stderr = c.stdout, c.stderr
	if err := c.command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		// It has ended long ago, unless the test failed.
		_ = c.command.Process.Kill()
		if t.Failed() {
			t.Logf("standard output:\n%s\nstandard error:\n%s", c.stdout, c.stderr)
		}
	})
	return c
}

func (c *child) signal(t *testing.T, signal os.Signal) {
	t.Helper()
	if err := c.command.Process.Signal(signal); err != nil {
		t.Fatal(err)
	}
}

// until waits for what a child says.
func until(t *testing.T, output *lockedBuffer, text string) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !strings.Contains(output.String(), text); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("it did not say %q", text)
		}
	}
}

func TestSignalsOfServe(t *testing.T) {
	t.Parallel()
	f := configured(t, echo)
	c := start(t, "serve", "--config", f.config, "--listen", "127.0.0.1:0")
	<-c.stdout.url
	c.signal(t, syscall.SIGHUP)
	until(t, c.stderr, "configuration reloaded")
	f.write(t, "lisen: nowhere\n")
	c.signal(t, syscall.SIGHUP)
	until(t, c.stderr, "the last good one stays in force")
	c.signal(t, syscall.SIGTERM)
	if err := c.command.Wait(); err != nil {
		t.Errorf("it ended with %v", err)
	}
}

const slow = "bot: {llm: {provider: echo, chunk_delay: 10s}}\ntenants: {a: {}}\n"

// TestSecondSignalOfServe checks that a host that waits for a turn ends at once
// when it is told so again.
func TestSecondSignalOfServe(t *testing.T) {
	t.Parallel()
	c := start(t, "serve", "--config", configured(t, slow).config, "--listen", "127.0.0.1:0")
	speaker := start(t, "chat", "--tenant", "a", "--url", <-c.stdout.url, "one two three")
	until(t, &speaker.stdout.lockedBuffer, "You")
	c.signal(t, os.Interrupt)
	until(t, c.stderr, "stopping")
	c.signal(t, os.Interrupt)
	_ = c.command.Wait()
	status, ok := c.command.ProcessState.Sys().(syscall.WaitStatus)
	if !ok || !status.Signaled() || status.Signal() != syscall.SIGINT {
		t.Errorf("it ended with %v", c.command.ProcessState)
	}
	_ = speaker.command.Wait()
	if speaker.command.ProcessState.ExitCode() != exitFailed {
		t.Errorf("the chat ended with %v", speaker.command.ProcessState)
	}
}

func TestInterruptOfOneMessage(t *testing.T) {
	t.Parallel()
	f := configured(t, slow)
	for name, flags := range map[string][]string{
		"at a host": {"--url", f.serving(t)}, "in this process": {"--config", f.config},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := start(t, append([]string{"chat", "--tenant", "a", "one two three"}, flags...)...)
			until(t, &c.stdout.lockedBuffer, "You")
			c.signal(t, os.Interrupt)
			_ = c.command.Wait()
			if c.command.ProcessState.ExitCode() != exitFailed || c.stderr.String() != "bothost: interrupted\n" {
				t.Errorf("it ended with %v and said %q", c.command.ProcessState, c.stderr)
			}
		})
	}
}
