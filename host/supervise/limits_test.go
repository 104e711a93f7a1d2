package supervise_test

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bothost/bothost/host/internal/fakeplugin"
	"github.com/bothost/bothost/host/supervise"
	"github.com/bothost/bothost/sdk/client"
	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/llm"
	"github.com/bothost/bothost/sdk/store"
)

// newLimited makes a supervisor of plugins that have limits.
func newLimited(t *testing.T, limits supervise.Limits, names ...string) (*supervise.Supervisor, *logBuffer) {
	t.Helper()
	launcher, log := newLauncher(t)
	launcher.Limits = func(string) supervise.Limits { return limits }
	s := supervise.New(supervise.Settings{Launcher: launcher, Catalog: link(t, names...)})
	t.Cleanup(func() { shutDown(t, s) })
	return s, log
}

// acquire begins a session that ends with the test.
func acquire(t *testing.T, instance *supervise.Instance, configuration string) *supervise.Session {
	t.Helper()
	session, err := instance.AcquireFor(t.Context(), configuration)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(session.Release)
	return session
}

// chat asks a session's model, which does as the options say.
func chat(ctx context.Context, t *testing.T, session *supervise.Session, options fakeplugin.Options, emit func(string) error) error {
	t.Helper()
	model := client.LLM{Instance: client.Instance{Conn: session.Conn(), ID: session.Instance()}}
	if emit == nil {
		emit = func(string) error { return nil }
	}
	_, err := model.Chat(ctx, llm.Request[json.RawMessage]{Options: config(t, options)}, emit)
	return err
}

// speaker is a model that speaks until it is stopped.
type speaker struct {
	stop  context.CancelFunc
	ended chan error
}

// startSpeaking returns when the model has said something.
func startSpeaking(t *testing.T, session *supervise.Session) speaker {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	s := speaker{stop: stop, ended: make(chan error, 1)}
	heard := make(chan struct{}, 1)
	go func() {
		s.ended <- chat(ctx, t, session, fakeplugin.Options{Endless: true}, func(string) error {
			heard <- struct{}{}
			return nil
		})
	}()
	select {
	case <-heard:
	case err := <-s.ended:
		t.Fatalf("the model does not speak: %v", err)
	}
	return s
}

func TestCallsAtOnceAreBounded(t *testing.T) {
	t.Parallel()
	s, _ := newLimited(t, supervise.Limits{Calls: 2}, "llm-works")
	one, two := open(t, s, "llm-works", "one"), open(t, s, "llm-works", "two")
	defer one.Release()
	defer two.Release()
	first, second := acquire(t, one, ""), acquire(t, two, "")
	speaking := []speaker{startSpeaking(t, first), startSpeaking(t, second)}

	err := chat(t.Context(), t, first, fakeplugin.Options{}, nil)
	problem := fault.As(err)
	if !fault.Is(err, fault.Unavailable) || problem.Reason != supervise.PluginOverloaded || problem.RetryAfter <= 0 ||
		!strings.Contains(err.Error(), "llm-works: 2 calls at once") {
		t.Errorf("a third call: %v, reason %q", err, problem.Reason)
	}
	checkUnlimited(t, first)

	waiting := make(chan error, 1)
	go func() { waiting <- chat(t.Context(), t, second, fakeplugin.Options{}, nil) }()
	speaking[0].stop()
	if err := <-waiting; err != nil {
		t.Errorf("when another had ended: %v", err)
	}
	speaking[1].stop()
	for _, each := range speaking {
		if err := <-each.ended; !fault.Is(err, fault.Canceled) {
			t.Errorf("a stream that was stopped ended with %v", err)
		}
	}
}

// checkUnlimited makes the calls that are made however many run. This plugin has
// none but Check, which it says at once.
func checkUnlimited(t *testing.T, session *supervise.Session) {
	t.Helper()
	instance := client.Instance{Conn: session.Conn(), ID: session.Instance()}
	if _, err := instance.Check(t.Context(), nil); err != nil {
		t.Errorf("check: %v", err)
	}
	conversations := client.Conversations{Instance: instance}
	tenants := client.Tenants{Instance: instance}
	for name, call := range map[string]func() error{
		"commit": func() error { _, err := conversations.CommitTurn(t.Context(), store.CommitTurn{}); return err },
		"fail":   func() error { return conversations.FailTurn(t.Context(), store.FailTurn{}) },
		"heartbeat": func() error {
			return conversations.Heartbeat(t.Context(), "holder", time.Second)
		},
		"retire":     func() error { return conversations.Retire(t.Context(), "holder") },
		"list":       func() error { _, err := tenants.ListTenants(t.Context(), 1, ""); return err },
		"find a key": func() error { _, err := tenants.GetKey(t.Context(), "key"); return err },
		"watch stream": func() error {
			return tenants.WatchTenants(t.Context(), nil, func(store.WatchEvent) error { return nil })
		},
	} {
		if err := call(); !fault.Is(err, fault.Unsupported) && !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// However a call ends, its place is free for the next one.
func TestEndedCallsLeaveRoom(t *testing.T) {
	t.Parallel()
	s, _ := newLimited(t, supervise.Limits{Calls: 1}, "llm-works")
	instance := open(t, s, "llm-works", "k")
	defer instance.Release()
	session := acquire(t, instance, "")
	ended, end := context.WithCancel(t.Context())
	end()
	for range 3 {
		for name, call := range map[string]func() error{
			"it succeeds":    func() error { return chat(t.Context(), t, session, fakeplugin.Options{}, nil) },
			"it fails":       func() error { return chat(t.Context(), t, session, fakeplugin.Options{Fail: "no"}, nil) },
			"it never began": func() error { return chat(ended, t, session, fakeplugin.Options{}, nil) },
			"its reader fails": func() error {
				return chat(t.Context(), t, session, fakeplugin.Options{}, func(string) error { return context.Canceled })
			},
			"it is not known": func() error { return unknownCall(t.Context(), session) },
			"its reader has left": func() error {
				s := startSpeaking(t, session)
				s.stop()
				return <-s.ended
			},
		} {
			if err := call(); fault.HasReason(err, supervise.PluginOverloaded) {
				t.Fatalf("%s: %v", name, err)
			}
		}
	}
	if err := chat(t.Context(), t, session, fakeplugin.Options{}, nil); err != nil {
		t.Errorf("after all: %v", err)
	}
}

// unknownCall is a limited call that is not a stream.
func unknownCall(ctx context.Context, session *supervise.Session) error {
	conversations := client.Conversations{Instance: client.Instance{Conn: session.Conn(), ID: session.Instance()}}
	_, err := conversations.GetConversation(ctx, store.Scope{})
	return err
}

func TestMessagesAreBounded(t *testing.T) {
	t.Parallel()
	s, _ := newLimited(t, supervise.Limits{Message: 1 << 20}, "llm-works")
	instance := open(t, s, "llm-works", "k")
	defer instance.Release()
	before := look(t, instance)
	session := acquire(t, instance, "")
	large := strings.Repeat("x", 1<<20)
	_, unary := instance.Check(t.Context(), config(t, fakeplugin.Options{Note: large}))
	for name, err := range map[string]error{
		"request":             unary,
		"request of a stream": chat(t.Context(), t, session, fakeplugin.Options{Note: large}, nil),
		"answer":              chat(t.Context(), t, session, fakeplugin.Options{Bytes: 1 << 20}, nil),
	} {
		if !fault.HasReason(err, supervise.MessageTooLarge) || !strings.Contains(err.Error(), "llm-works: a message is larger than its limit of 1MiB") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := chat(t.Context(), t, session, fakeplugin.Options{Bytes: 1 << 19}, nil); err != nil {
		t.Errorf("half as much: %v", err)
	}
	if after := look(t, instance); after.PID != before.PID {
		t.Error("the process has been replaced")
	}
}

func TestMemoryLimitIsInTheEnvironment(t *testing.T) {
	t.Parallel()
	for want, limits := range map[string]supervise.Limits{"GOMEMLIMIT=67108864": {Memory: 64 << 20}, "": {}} {
		s, _ := newLimited(t, limits, "llm-works")
		instance := open(t, s, "llm-works", "k")
		defer instance.Release()
		env := look(t, instance).Env
		found := slices.IndexFunc(env, func(variable string) bool { return strings.HasPrefix(variable, "GOMEMLIMIT=") })
		if want == "" && found >= 0 || want != "" && !slices.Contains(env, want) {
			t.Errorf("with %+v the environment is %v", limits, env)
		}
	}
}
