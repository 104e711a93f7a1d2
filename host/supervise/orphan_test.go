package supervise_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/bothost/bothost/host/internal/fakeplugin"
	"github.com/bothost/bothost/host/supervise"
)

// doomedHost names the folder of the plugins of a host that will be killed.
const doomedHost = "BOTHOST_TEST_DOOMED_HOST"

// runDoomedHost opens a plugin, prints its process's id, and waits for its end.
func runDoomedHost(dir string) {
	sockets, err := os.MkdirTemp(dir, "s")
	if err != nil {
		panic(err)
	}
	s := supervise.New(supervise.Settings{
		Launcher: supervise.Launcher{SocketDir: sockets, Env: []string{raceExits}}, Catalog: &folder{dir: dir},
	})
	if _, err := s.Open(context.Background(), supervise.Spec{Plugin: "llm-works"}); err != nil {
		panic(err)
	}
	fmt.Println(s.Status()[0].PID)
	time.Sleep(time.Hour)
}

func TestNoPluginOutlivesAKilledHost(t *testing.T) {
	t.Parallel()
	dir, err := os.MkdirTemp("", "d")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	fakeplugin.Link(t, dir, "llm-works")
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	host := exec.Command(self)
	host.Env = append(os.Environ(), doomedHost+"="+dir)
	stdout, err := host.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := host.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(line))
	if err != nil {
		t.Fatal(err)
	}
	if gone(pid) {
		t.Fatal("the plugin does not run")
	}
	if err := host.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	eventually(t, 5*time.Second, "the plugin is gone", func() bool { return gone(pid) || zombie(pid) })
	_ = host.Wait()
}

// zombie reports whether a process has ended and waits for whoever inherited it
// to notice.
func zombie(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return false
	}
	_, rest, _ := strings.Cut(string(stat), ") ")
	return strings.HasPrefix(rest, "Z")
}
