package e2e

import (
	"bufio"
	"context"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// debuggee is a plugin that a developer runs, in a folder of sockets that outlives
// it.
type debuggee struct {
	t       *testing.T
	plugin  string
	folder  string
	command *exec.Cmd
	// line is what it has announced.
	line string
}

// debug starts a plugin.
func debug(t *testing.T, plugin string) *debuggee {
	t.Helper()
	folder, err := os.MkdirTemp("", "debug")
	if err != nil {
		t.Fatal(err)
	}
	d := &debuggee{t: t, plugin: plugin, folder: folder}
	t.Cleanup(func() {
		d.kill()
		_ = os.RemoveAll(folder)
	})
	d.start()
	return d
}

func (d *debuggee) start() {
	d.t.Helper()
	d.command = exec.Command(filepath.Join(built, "plugins", d.plugin), "--debug")
	d.command.Env = append(os.Environ(), "TMPDIR="+d.folder)
	stdout, err := d.command.StdoutPipe()
	if err != nil {
		d.t.Fatal(err)
	}
	if err := d.command.Start(); err != nil {
		d.t.Fatal(err)
	}
	lines := bufio.NewScanner(stdout)
	if !lines.Scan() || !strings.HasPrefix(lines.Text(), d.plugin+"=unix:"+d.folder) {
		d.t.Fatalf("%s announces %q", d.plugin, lines.Text())
	}
	d.line = lines.Text()
}

func (d *debuggee) pid() int { return d.command.Process.Pid }

func (d *debuggee) signal(signal syscall.Signal) {
	d.t.Helper()
	if err := d.command.Process.Signal(signal); err != nil {
		d.t.Fatal(err)
	}
}

func (d *debuggee) kill() {
	_ = d.command.Process.Kill()
	_ = d.command.Wait()
}

// listed is what the host tells of a plugin.
func (p *program) listed(plugin string) object {
	p.t.Helper()
	for _, item := range p.api().call(http.MethodGet, "/v1/plugins", nil).body["items"].([]any) {
		if item := item.(object); item["plugin"] == plugin {
			return item
		}
	}
	p.t.Fatalf("%s is not listed", plugin)
	return nil
}

// TestDebugging goes through a developer's day: plugins of all kinds are attached
// to, killed, started again, and left alone when the host ends.
func TestDebugging(t *testing.T) {
	t.Parallel()
	plugins := []*debuggee{debug(t, "llm-echo"), debug(t, "memory-buffer"), debug(t, "store-sqlite")}
	var args []string
	for _, d := range plugins {
		args = append(args, "--attach", d.line)
	}
	p := runProgram(&program{t: t, args: args})
	p.api().register("a", object{})
	p.api().hears("a", "c", "first")
	for _, d := range plugins {
		if item := p.listed(d.plugin); item["attached"] != true || item["pid"] != float64(d.pid()) || item["checksum"] != "" || item["state"] != "running" {
			t.Errorf("%s is %v", d.plugin, item)
		}
		d.kill()
		p.eventually(d.plugin+" is gone", 20*time.Second, func() bool { return p.listed(d.plugin)["state"] == "gone" })
		answer := p.api().say("a", "c", "lost on "+d.plugin)
		if answer.status != http.StatusServiceUnavailable || !strings.Contains(string(answer.raw), d.plugin+": the attached process is gone") {
			t.Errorf("without %s: %d %s", d.plugin, answer.status, answer.raw)
		}
		before := d.line
		if d.start(); d.line != before {
			t.Errorf("its line was %q and is %q", before, d.line)
		}
		p.api().hears("a", "c", "after "+d.plugin)
	}
	if kept, err := filepath.Glob(filepath.Join(p.folder, "data", "bothost.db")); err != nil || len(kept) != 1 {
		t.Errorf("the store keeps its data elsewhere: %v %v", kept, err)
	}
	p.signal(syscall.SIGTERM)
	if err := <-p.exited; err != nil {
		t.Errorf("the host ended with %v", err)
	}
	for _, d := range plugins {
		if !runs(d.pid()) {
			t.Errorf("%s has ended with the host", d.plugin)
		}
	}
	p.start()
	if reply := p.api().hears("a", "c", "next day"); !strings.Contains(reply, "first") {
		t.Errorf("it has forgotten: %q", reply)
	}
}

// TestPluginAtABreakpoint stops a plugin in the middle of a turn for longer than
// one that the host has started is borne.
func TestPluginAtABreakpoint(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("waits for longer than a connection's keepalive, 16 s")
	}
	d := debug(t, "llm-echo")
	p := runProgram(&program{t: t, args: []string{"--attach", d.line}})
	p.api().register("a", object{"llm": object{"chunks": 4, "chunk_delay": "100ms"}})
	stopped := false
	var last event
	err := p.api().stream(context.Background(), "a", "c", "one two three four", func(e event) bool {
		if last = e; e.name == "delta" && !stopped {
			stopped = true
			d.signal(syscall.SIGSTOP)
			time.AfterFunc(16*time.Second, func() { d.signal(syscall.SIGCONT) })
		}
		return true
	})
	if err != nil || last.name != "done" || last.data["reply"] != "You said: one two three four" {
		t.Errorf("the turn ended with %v %v", last, err)
	}
	if item := p.listed("llm-echo"); item["restarts"] != 0.0 || item["pid"] != float64(d.pid()) {
		t.Errorf("it is %v", item)
	}
}

// TestAttachToTheWrongPlugin starts hosts that cannot have what they are told to
// attach to.
func TestAttachToTheWrongPlugin(t *testing.T) {
	t.Parallel()
	d := debug(t, "llm-echo")
	_, socket, _ := strings.Cut(d.line, "=")
	for name, test := range map[string]struct{ line, want string }{
		"another name": {"llm-other=" + socket, `it says that it is "llm-echo"`},
		"no process":   {d.line + "x", "nothing listens on"},
		"TCP":          {"llm-echo=127.0.0.1:80", "does not name a Unix socket"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			command := exec.Command(filepath.Join(built, "bothost"), "serve", "--listen", "127.0.0.1:0", "--attach", test.line)
			command.Dir = t.TempDir()
			output, err := command.CombinedOutput()
			if err == nil || !strings.Contains(string(output), test.want) {
				t.Errorf("%v, %s", err, output)
			}
		})
	}
}
