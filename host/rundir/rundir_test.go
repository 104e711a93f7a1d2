package rundir_test

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/bothost/bothost/host/rundir"
)

// doomed names the data directory of a run that will be killed.
const doomed = "BOTHOST_TEST_DOOMED_RUN"

func TestMain(m *testing.M) {
	if data := os.Getenv(doomed); data != "" {
		run, err := rundir.Create(data, 0o400, hclog.NewNullLogger())
		fmt.Println(filepath.Dir(run.Copies()), err)
		time.Sleep(time.Hour)
	}
	os.Exit(m.Run())
}

func create(t *testing.T, data string, limit int) *rundir.Dir {
	t.Helper()
	run, err := rundir.Create(data, limit, hclog.NewNullLogger())
	if err != nil {
		t.Fatal(err)
	}
	return run
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

func TestFoldersArePrivateAndRemoved(t *testing.T) {
	t.Parallel()
	for name, limit := range map[string]int{"inside": 400, "outside": 60} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			data := filepath.Join(t.TempDir(), "data", strings.Repeat("d", 80))
			run := create(t, data, limit)
			if inside := strings.HasPrefix(run.Sockets(), data); inside != (name == "inside") {
				t.Errorf("sockets are in %s", run.Sockets())
			}
			for _, path := range []string{run.Copies(), run.Sockets(), filepath.Dir(run.Copies())} {
				info, err := os.Lstat(path)
				if err != nil || info.Mode() != os.ModeDir|0o700 {
					t.Errorf("%s: %v, %v", path, info, err)
				}
			}
			if err := run.Close(); err != nil {
				t.Fatal(err)
			}
			if exists(run.Sockets()) || exists(filepath.Dir(run.Copies())) {
				t.Error("something is left")
			}
		})
	}
}

func TestNothingIsShortEnough(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	_, err := rundir.Create(data, 3, hclog.NewNullLogger())
	if err == nil || !strings.Contains(err.Error(), "shorter data_dir") {
		t.Errorf("error is %v", err)
	}
	left, err := filepath.Glob(filepath.Join(data, "run", "*", "*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left are %v, %v", left, err)
	}
}

func TestOnlyWhatIsLeftOverIsSwept(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	host := exec.Command(self)
	host.Env = append(os.Environ(), doomed+"="+data)
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
	theirs, _ := strings.CutSuffix(strings.TrimSpace(line), " <nil>")
	halfMade := filepath.Join(data, "run", "halfmade")
	if err := os.Mkdir(halfMade, 0o700); err != nil {
		t.Fatal(err)
	}

	mine := create(t, data, 400)
	defer mine.Close()
	if !exists(theirs) || exists(halfMade) {
		t.Errorf("theirs is there: %t; half made is there: %t", exists(theirs), exists(halfMade))
	}
	_ = host.Process.Kill()
	_ = host.Wait()
	another := create(t, data, 400)
	defer another.Close()
	if exists(theirs) || !exists(mine.Copies()) {
		t.Errorf("theirs is there: %t; mine is there: %t", exists(theirs), exists(mine.Copies()))
	}
}
