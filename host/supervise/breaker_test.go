package supervise_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/bothost/bothost/host/internal/fakeplugin"
	"github.com/bothost/bothost/host/supervise"
	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/llm/silence"
)

// row is how many failures in a row suspend a configuration.
const row = 5

func isSuspended(err error) bool { return fault.HasReason(err, supervise.InstanceSuspended) }

// TestFailingConfigurationIsSuspended also shows that others on the same instance
// are not, and that it comes back.
func TestFailingConfigurationIsSuspended(t *testing.T) {
	t.Parallel()
	s, _, log := newSupervisor(t, "llm-works")
	instance := open(t, s, "llm-works", "k")
	defer instance.Release()
	const bad = "the key of what fails"
	failing, other := acquire(t, instance, bad), acquire(t, instance, "good")
	for range row {
		err := chat(t.Context(), t, failing, fakeplugin.Options{Unreachable: "no route to host"}, nil)
		if !fault.Is(err, fault.Unavailable) || isSuspended(err) {
			t.Fatalf("error is %v", err)
		}
	}
	err := chat(t.Context(), t, failing, fakeplugin.Options{}, nil)
	if !isSuspended(err) || fault.As(err).RetryAfter <= 0 || !strings.Contains(err.Error(), "no route to host") {
		t.Errorf("the next call: %v", err)
	}
	if _, err := instance.AcquireFor(t.Context(), bad); !isSuspended(err) {
		t.Errorf("the next session: %v", err)
	}
	if err := chat(t.Context(), t, other, fakeplugin.Options{}, nil); err != nil {
		t.Errorf("another configuration: %v", err)
	}
	if status := s.Status()[0]; status.Suspended != 1 {
		t.Errorf("status is %+v", status)
	}
	eventually(t, 20*time.Second, "it is tried again", func() bool {
		return chat(t.Context(), t, failing, fakeplugin.Options{}, nil) == nil
	})
	if status := s.Status()[0]; status.Suspended != 0 {
		t.Errorf("status is %+v", status)
	}
	text := log.String()
	if strings.Count(text, "configuration suspended") != 1 || strings.Count(text, "configuration works again") != 1 || strings.Contains(text, bad) {
		t.Errorf("the log is %s", text)
	}
}

// A long stream shows by its first word that the configuration works.
func TestFirstWordEndsASuspension(t *testing.T) {
	t.Parallel()
	s, _, _ := newSupervisor(t, "llm-works")
	instance := open(t, s, "llm-works", "k")
	defer instance.Release()
	session := acquire(t, instance, "configuration")
	for range row {
		_ = chat(t.Context(), t, session, fakeplugin.Options{Unreachable: "no"}, nil)
	}
	err := chat(t.Context(), t, session, fakeplugin.Options{}, nil)
	if !isSuspended(err) {
		t.Fatalf("error is %v", err)
	}
	time.Sleep(fault.As(err).RetryAfter)
	speaking := startSpeaking(t, session)
	if err := chat(t.Context(), t, session, fakeplugin.Options{}, nil); err != nil {
		t.Errorf("while another call is answered: %v", err)
	}
	speaking.stop()
	<-speaking.ended
}

// TestWhatSuspends tells failures of what is configured from others.
func TestWhatSuspends(t *testing.T) {
	t.Parallel()
	s, _, _ := newSupervisor(t, "llm-works")
	instance := open(t, s, "llm-works", "k")
	defer instance.Release()
	ended, end := context.WithCancel(t.Context())
	end()
	for name, test := range map[string]struct {
		configuration string
		call          func(*supervise.Session) error
		suspends      bool
	}{
		"unreachable": {"a", func(session *supervise.Session) error {
			return chat(t.Context(), t, session, fakeplugin.Options{Unreachable: "no"}, nil)
		}, true},
		"unreachable in mid-stream": {"b", func(session *supervise.Session) error {
			return chat(t.Context(), t, session, fakeplugin.Options{BreaksOff: true}, nil)
		}, true},
		"out of time": {"c", func(session *supervise.Session) error {
			ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
			defer cancel()
			return chat(ctx, t, session, fakeplugin.Options{Endless: true}, nil)
		}, true},
		"silent": {"d", func(session *supervise.Session) error {
			ctx, watch := silence.Start(t.Context(), 50*time.Millisecond)
			defer watch.Stop()
			return chat(ctx, t, session, fakeplugin.Options{Silent: true, Endless: true}, nil)
		}, true},
		"refused": {"e", func(session *supervise.Session) error {
			return chat(t.Context(), t, session, fakeplugin.Options{Fail: "wrong"}, nil)
		}, false},
		"left by the caller": {"f", func(session *supervise.Session) error {
			return chat(t.Context(), t, session, fakeplugin.Options{Endless: true}, func(string) error { return errors.New("I leave") })
		}, false},
		"left before it began": {"g", func(session *supervise.Session) error {
			return chat(ended, t, session, fakeplugin.Options{}, nil)
		}, false},
		"without a breaker": {"", func(session *supervise.Session) error {
			return chat(t.Context(), t, session, fakeplugin.Options{Unreachable: "no"}, nil)
		}, false},
	} {
		// A busy machine may be away for as long as a suspension lasts.
		suspended := false
		for attempt := 0; attempt < 5 && suspended != test.suspends || attempt == 0; attempt++ {
			configuration := strings.Repeat(test.configuration, attempt+1)
			suspended = suspendedBy(t, acquire(t, instance, configuration), test.call)
		}
		if suspended != test.suspends {
			t.Errorf("%s: suspended is %t, want %t", name, suspended, test.suspends)
		}
	}
}

// suspendedBy reports whether a row of calls suspends a session's configuration.
func suspendedBy(t *testing.T, session *supervise.Session, call func(*supervise.Session) error) bool {
	t.Helper()
	for range row {
		if err := call(session); err == nil {
			t.Error("the call did not fail")
		}
	}
	return isSuspended(chat(t.Context(), t, session, fakeplugin.Options{}, nil))
}

// A configuration that does not open because what it names cannot be reached is
// not opened again and again. One that is wrong says so each time.
func TestOpeningIsSuspended(t *testing.T) {
	t.Parallel()
	for plugin, test := range map[string]struct {
		options fakeplugin.Options
		want    bool
	}{
		"llm-works":    {fakeplugin.Options{Unreachable: "no route to host"}, true},
		"store-works":  {fakeplugin.Options{Unreachable: "no route to host"}, true},
		"memory-works": {fakeplugin.Options{Fail: "wrong"}, false},
	} {
		t.Run(plugin, func(t *testing.T) {
			t.Parallel()
			s, _, _ := newSupervisor(t, plugin)
			keeper := open(t, s, plugin, "keeper")
			defer keeper.Release()
			spec := supervise.Spec{Plugin: plugin, Key: "failing", Config: config(t, test.options)}
			for range row {
				if _, err := s.Open(t.Context(), spec); err == nil || isSuspended(err) {
					t.Fatalf("error is %v", err)
				}
			}
			if _, err := s.Open(t.Context(), spec); isSuspended(err) != test.want {
				t.Errorf("error is %v", err)
			}
			if opens := look(t, keeper).Opens; test.want && opens != 1+row {
				t.Errorf("%d were opened", opens)
			}
			if !test.want {
				return
			}
			eventually(t, 20*time.Second, "it is tried again", func() bool {
				_, err := s.Open(t.Context(), spec)
				return !isSuspended(err)
			})
		})
	}
}

// The end of a process is not held against those who were using it.
func TestCrashSuspendsNobody(t *testing.T) {
	t.Parallel()
	s, _, _ := newSupervisor(t, "llm-works")
	instance := open(t, s, "llm-works", "k")
	defer instance.Release()
	for range row {
		session, err := instance.AcquireFor(t.Context(), "configuration")
		if err != nil {
			t.Fatal(err)
		}
		speaking := startSpeaking(t, session)
		_, _ = instance.Check(t.Context(), config(t, fakeplugin.Options{Exit: true}))
		if err := <-speaking.ended; !fault.Is(err, fault.Unavailable) {
			t.Errorf("the stream ended with %v", err)
		}
		session.Release()
		speaking.stop()
	}
	if status := s.Status()[0]; status.Suspended != 0 {
		t.Errorf("status is %+v", status)
	}
}
