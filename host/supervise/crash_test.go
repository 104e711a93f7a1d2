package supervise_test

import (
	"encoding/json"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/bothost/bothost/host/internal/fakeplugin"
	"github.com/bothost/bothost/host/supervise"
	"github.com/bothost/bothost/sdk/client"
	"github.com/bothost/bothost/sdk/fault"
)

func TestCrashIsFollowedByRestart(t *testing.T) {
	t.Parallel()
	s, _, _ := newSupervisor(t, "llm-works")
	one, two := open(t, s, "llm-works", "one"), open(t, s, "llm-works", "two")
	defer one.Release()
	defer two.Release()
	session, err := one.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	before := look(t, two)
	signal(t, before.PID, syscall.SIGKILL)
	<-session.Done()
	after := look(t, two)
	if after.PID == before.PID {
		t.Error("it is the same process")
	}
	eventually(t, 5*time.Second, "both instances are open again", func() bool { return len(look(t, two).Open) == 2 })
	if now := look(t, two); now.Open[0] != before.Open[0] || now.Open[1] != before.Open[1] {
		t.Errorf("ids were %v and are %v", before.Open, now.Open)
	}
	status := s.Status()[0]
	if status.Restarts != 1 || status.State != supervise.Running || !strings.Contains(status.LastError, "signal: killed") {
		t.Errorf("status is %+v", status)
	}
	session.Release()
}

func TestRestartNeedsNobody(t *testing.T) {
	t.Parallel()
	s, _, _ := newSupervisor(t, "llm-works")
	instance := open(t, s, "llm-works", "k")
	defer instance.Release()
	signal(t, look(t, instance).PID, syscall.SIGKILL)
	eventually(t, 5*time.Second, "it runs again", func() bool {
		status := s.Status()[0]
		return status.Restarts == 1 && status.State == supervise.Running
	})
}

func TestCallInFlightAtACrash(t *testing.T) {
	t.Parallel()
	s, _, _ := newSupervisor(t, "llm-works")
	instance := open(t, s, "llm-works", "k")
	defer instance.Release()
	_, err := instance.Check(t.Context(), config(t, fakeplugin.Options{Exit: true}))
	if !fault.Is(err, fault.Unavailable) || !strings.Contains(err.Error(), "its process ended") {
		t.Errorf("error is %v", err)
	}
	look(t, instance)
}

// breakDown uses a plugin that cannot work until it is broken.
func breakDown(t *testing.T, s *supervise.Supervisor, spec supervise.Spec) {
	t.Helper()
	eventually(t, 30*time.Second, "it is broken", func() bool {
		_, err := s.Open(t.Context(), spec)
		return err != nil && s.Status()[0].State == supervise.Broken
	})
}

func TestTooManyCrashesBreakThePlugin(t *testing.T) {
	t.Parallel()
	s, catalog, _ := newSupervisor(t, fakeplugin.Exits)
	spec := supervise.Spec{Plugin: fakeplugin.Exits, Key: "k"}
	for range 6 {
		if _, err := s.Open(t.Context(), spec); !fault.Is(err, fault.Unavailable) {
			t.Fatalf("error is %v", err)
		}
	}
	_, err := s.Open(t.Context(), spec)
	problem := fault.As(err)
	if problem.Code != fault.Unavailable || problem.RetryAfter < 20*time.Second || !strings.Contains(err.Error(), "exit status 3") {
		t.Errorf("error is %v, retry after %s", err, problem.RetryAfter)
	}
	if strings.Contains(err.Error(), "no licence") {
		t.Errorf("what the plugin printed is not for everybody: %v", err)
	}
	if status := s.Status()[0]; status.State != supervise.Broken || !strings.Contains(status.LastError, "no licence") {
		t.Errorf("status is %+v", status)
	}
	if err := s.Reset(fakeplugin.Exits); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Open(t.Context(), spec); !strings.Contains(err.Error(), "start llm-exits") {
		t.Errorf("after the reset: %v", err)
	}
	breakDown(t, s, spec)
	catalog.replace(fakeplugin.Exits, fakeplugin.Exits)
	if _, err := s.Open(t.Context(), spec); !strings.Contains(err.Error(), "start llm-exits") {
		t.Errorf("with another file: %v", err)
	}
}

func TestDeadlyConfigurationIsKeptFromTheOthers(t *testing.T) {
	t.Parallel()
	s, _, _ := newSupervisor(t, "llm-works")
	innocent := open(t, s, "llm-works", "innocent")
	defer innocent.Release()
	deadly := supervise.Spec{Plugin: "llm-works", Key: "deadly", Config: config(t, fakeplugin.Options{Exit: true})}
	for range 8 {
		if _, err := s.Open(t.Context(), deadly); !fault.Is(err, fault.Unavailable) {
			t.Fatalf("error is %v", err)
		}
	}
	look(t, innocent)
	if status := s.Status()[0]; status.Restarts != 2 {
		t.Errorf("status is %+v", status)
	}
}

func TestBrokenPluginIsTriedAgainAfterItsCoolDown(t *testing.T) {
	t.Parallel()
	launcher, _ := newLauncher(t)
	s := supervise.New(supervise.Settings{
		Launcher: launcher, Catalog: link(t, fakeplugin.Exits), CoolDown: 300 * time.Millisecond,
	})
	defer shutDown(t, s)
	spec := supervise.Spec{Plugin: fakeplugin.Exits}
	breakDown(t, s, spec)
	if _, err := s.Open(t.Context(), spec); err == nil || !strings.Contains(err.Error(), "is broken") {
		t.Fatalf("error is %v", err)
	}
	eventually(t, 5*time.Second, "it is started again", func() bool {
		_, err := s.Open(t.Context(), spec)
		return strings.Contains(err.Error(), "start llm-exits")
	})
	if state := s.Status()[0].State; state != supervise.Broken {
		t.Errorf("after one more failure it is %s", state)
	}
}

func TestImpatientUserIsToldWhenToComeBack(t *testing.T) {
	t.Parallel()
	launcher, _ := newLauncher(t)
	s := supervise.New(supervise.Settings{Launcher: launcher, Catalog: link(t, "llm-works"), AcquireWait: time.Nanosecond})
	defer shutDown(t, s)
	instance := open(t, s, "llm-works", "k")
	defer instance.Release()
	session, err := instance.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer session.Release()
	signal(t, s.Status()[0].PID, syscall.SIGKILL)
	<-session.Done()
	_, err = instance.Acquire(t.Context())
	problem := fault.As(err)
	if !fault.Is(err, fault.Unavailable) || problem.RetryAfter <= 0 || !strings.Contains(err.Error(), "is being restarted") {
		t.Errorf("error is %v, retry after %s", err, problem.RetryAfter)
	}
}

// A connection that is closed under its callers tells them that they gave up.
func TestSessionOutlivesItsProcessWithoutLies(t *testing.T) {
	t.Parallel()
	s, _, _ := newSupervisor(t, "llm-works")
	instance := open(t, s, "llm-works", "k")
	defer instance.Release()
	session, err := instance.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer session.Release()
	signal(t, look(t, instance).PID, syscall.SIGKILL)
	<-session.Done()
	look(t, instance)
	_, err = client.Instance{Conn: session.Conn(), ID: session.Instance()}.Check(t.Context(), nil)
	if !fault.Is(err, fault.Unavailable) {
		t.Errorf("error is %v", err)
	}
}

func TestChildrenOfAPluginEndWithIt(t *testing.T) {
	t.Parallel()
	s, _, log := newSupervisor(t, fakeplugin.Parent)
	instance := open(t, s, fakeplugin.Parent, "k")
	defer instance.Release()
	var child int
	eventually(t, 5*time.Second, "it has a child", func() bool {
		_, rest, _ := strings.Cut(log.String(), `"child `)
		digits, _, _ := strings.Cut(rest, `"`)
		child, _ = strconv.Atoi(digits)
		return child != 0
	})
	signal(t, look(t, instance).PID, syscall.SIGKILL)
	eventually(t, 5*time.Second, "the child is gone", func() bool { return gone(child) || zombie(child) })
}

// Whatever happens to its processes, an instance that can be acquired works or
// says that it does not, and nothing is left in the end.
func TestManyUsersAndCrashes(t *testing.T) {
	t.Parallel()
	s, _, _ := newSupervisor(t, "llm-works")
	keeper := open(t, s, "llm-works", "keeper")
	defer keeper.Release()
	stop := make(chan struct{})
	var users sync.WaitGroup
	for user := range 8 {
		users.Go(func() { useUntil(t, s, strconv.Itoa(user%3), stop) })
	}
	for range 4 {
		time.Sleep(200 * time.Millisecond)
		var pid int
		eventually(t, 10*time.Second, "it runs", func() bool {
			pid = s.Status()[0].PID
			return pid > 0
		})
		signal(t, pid, syscall.SIGKILL)
	}
	close(stop)
	users.Wait()
	// The keeper's instance may be suspected of having been the cause.
	eventually(t, 20*time.Second, "only the keeper's instance is open", func() bool {
		text, err := keeper.Check(t.Context(), nil)
		if err != nil || s.Status()[0].Instances != 1 {
			return false
		}
		var summary fakeplugin.Summary
		if err := json.Unmarshal([]byte(text), &summary); err != nil {
			t.Error(err)
		}
		return len(summary.Open) == 1
	})
}

func useUntil(t *testing.T, s *supervise.Supervisor, key string, stop <-chan struct{}) {
	for {
		select {
		case <-stop:
			return
		default:
		}
		instance, err := s.Open(t.Context(), supervise.Spec{Plugin: "llm-works", Key: key})
		if err == nil {
			_, err = instance.Check(t.Context(), nil)
			instance.Release()
		}
		if err != nil && !fault.Is(err, fault.Unavailable) {
			t.Errorf("error is %v", err)
		}
	}
}
