package bot_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/bothost/bothost/host/bot"
	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/llm"
	"github.com/bothost/bothost/sdk/memory"
	"github.com/bothost/bothost/sdk/store"
)

// failure is what a turn's error is expected to say, and how it is to be stored.
type failure struct {
	stage  bot.Stage
	plugin string
	code   fault.Code
	reason string
	// ended is how FailTurn is to be called; the zero value: not at all.
	ended store.FailTurn
}

func failed(reason string) store.FailTurn {
	return store.FailTurn{Status: store.Failed, Reason: reason}
}

// check compares an error and what the store was told with what is expected.
func (f failure) check(t *testing.T, p *parts, err error) {
	t.Helper()
	turn, ok := errors.AsType[*bot.Error](err)
	if !ok {
		t.Fatalf("got %T %v, not a *bot.Error", err, err)
	}
	got := failure{stage: turn.Stage, plugin: turn.Plugin, code: turn.Fault.Code, reason: turn.Fault.Reason}
	if len(p.store.fails) > 1 {
		t.Errorf("the turn was ended %d times", len(p.store.fails))
	}
	for _, end := range p.store.fails {
		if end.Scope != here || end.Token != p.store.begins[0].Token {
			t.Errorf("another turn was ended: %+v", end)
		}
		got.ended = store.FailTurn{Status: end.Status, Reason: end.Reason}
	}
	if diff := cmp.Diff(f, got, cmp.AllowUnexported(failure{})); diff != "" {
		t.Errorf("the failure %v differs:\n%s", err, diff)
	}
}

func TestFailure(t *testing.T) {
	t.Parallel()
	type answer = func(context.Context, llm.Request[options], func(string) error) (llm.Result, error)
	model := func(chat answer) func(*parts) { return func(p *parts) { p.llm.chat = chat } }
	for name, test := range map[string]struct {
		arrange func(*parts)
		want    failure
	}{
		"the store refuses": {
			arrange: func(p *parts) {
				p.store.begin = func(int, store.BeginTurn) (store.BeginOutcome, error) {
					return nil, fault.New(fault.Conflict, "another body").WithReason(fault.IdempotencyMismatch)
				}
			},
			want: failure{stage: bot.StageBegin, plugin: "store-fake", code: fault.Conflict, reason: fault.IdempotencyMismatch},
		},
		"the memory fails": {
			arrange: func(p *parts) {
				p.memory.recall = func(memory.Request) (memory.Response, error) { return memory.Response{}, errors.New("dropped") }
			},
			want: failure{stage: bot.StageRecall, plugin: "memory-fake", code: fault.Internal, ended: failed("internal")},
		},
		"the memory wants what is not there": {
			arrange: func(p *parts) {
				p.memory.recall = func(memory.Request) (memory.Response, error) {
					return memory.Response{Next: memory.Effects{Effects: []memory.Effect{{ID: "1", Work: memory.Embed{}}}}}, nil
				}
			},
			want: failure{stage: bot.StageRecall, plugin: "memory-fake", code: fault.Unsupported, ended: failed("unsupported")},
		},
		"the memory's state is too large": {
			arrange: func(p *parts) {
				p.memory.recall = func(memory.Request) (memory.Response, error) {
					state := &memory.State{Data: make([]byte, bot.MaxStateBytes+1)}
					return memory.Response{Next: memory.Prompt{}, State: state}, nil
				}
			},
			want: failure{stage: bot.StageRecall, plugin: "memory-fake", code: fault.Internal, ended: failed("internal")},
		},
		"the model's server asks to wait": {
			arrange: model(func(context.Context, llm.Request[options], func(string) error) (llm.Result, error) {
				return llm.Result{}, fault.New(fault.RateLimited, "slowly").FromUpstream()
			}),
			want: failure{stage: bot.StageModel, plugin: "llm-fake", code: fault.RateLimited, ended: failed("rate limited")},
		},
		"the model breaks off": {
			arrange: model(func(_ context.Context, _ llm.Request[options], emit func(string) error) (llm.Result, error) {
				_ = emit("Once upon")
				return llm.Result{}, errUnavailable
			}),
			want: failure{stage: bot.StageModel, plugin: "llm-fake", code: fault.Unavailable, ended: failed("unavailable")},
		},
		"the model panics": {
			arrange: model(func(context.Context, llm.Request[options], func(string) error) (llm.Result, error) { panic("boom") }),
			want:    failure{stage: bot.StageModel, plugin: "llm-fake", code: fault.Internal, ended: failed("internal")},
		},
		"the model says too much": {
			arrange: model(saying(strings.Repeat("x", bot.MaxReplyBytes), "y")),
			want:    failure{stage: bot.StageModel, plugin: "llm-fake", code: fault.Internal, reason: bot.ReplyTooLong, ended: failed(bot.ReplyTooLong)},
		},
		"the conversation was deleted": {
			arrange: func(p *parts) {
				p.store.commit = func(int, store.CommitTurn) error {
					return fault.New(fault.Conflict, "gone").WithReason(fault.TurnSuperseded)
				}
			},
			want: failure{stage: bot.StageCommit, plugin: "store-fake", code: fault.Conflict, reason: fault.TurnSuperseded},
		},
		"the store refuses the reply": {
			arrange: func(p *parts) {
				p.store.commit = func(int, store.CommitTurn) error { return fault.New(fault.Internal, "broken index") }
			},
			want: failure{stage: bot.StageCommit, plugin: "store-fake", code: fault.Unavailable, reason: bot.NotDurable, ended: failed(bot.NotDurable)},
		},
		"the store cannot keep the reply": {
			arrange: func(p *parts) {
				p.store.commit = func(int, store.CommitTurn) error { return fault.New(fault.Invalid, "U+0000") }
			},
			want: failure{stage: bot.StageCommit, plugin: "store-fake", code: fault.Unavailable, reason: bot.NotDurable, ended: failed(bot.NotDurable)},
		},
		"the reply cannot be stored": {
			arrange: func(p *parts) { p.store.commit = func(int, store.CommitTurn) error { return errUnavailable } },
			want:    failure{stage: bot.StageCommit, plugin: "store-fake", code: fault.Unavailable, reason: bot.NotDurable, ended: failed(bot.NotDurable)},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				p := newParts(t)
				test.arrange(p)
				reply, err := p.turn(t.Context(), "Hi", &transcript{})
				test.want.check(t, p, err)
				if reply.Text != "" {
					t.Errorf("a failed turn has the reply %q", reply.Text)
				}
			})
		})
	}
}

func TestReplyMayBeAsLongAsTheLimit(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newParts(t)
		p.llm.chat = saying(strings.Repeat("x", bot.MaxReplyBytes-1), "y")
		reply, err := p.turn(t.Context(), "Hi", &transcript{})
		if err != nil || len(reply.Text) != bot.MaxReplyBytes {
			t.Errorf("a reply of %d bytes gave %v", len(reply.Text), err)
		}
	})
}

// TestUnableToEnd checks that the failure which ended a turn is told, not that it
// could not be written down; and that it will be, unless there is no need.
func TestUnableToEnd(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		fail  error
		later int
	}{
		"the store is broken": {fault.New(fault.Internal, "disk on fire"), 1},
		"superseded":          {fault.New(fault.Conflict, "too late").WithReason(fault.TurnSuperseded), 0},
		"ended":               {nil, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				p := newParts(t)
				p.llm.chat = func(context.Context, llm.Request[options], func(string) error) (llm.Result, error) {
					return llm.Result{}, fault.New(fault.NotFound, "no such model").WithReason(fault.ModelNotFound)
				}
				p.store.fail = func(int, store.FailTurn) error { return test.fail }
				_, err := p.turn(t.Context(), "Hi", &transcript{})
				failure{
					stage: bot.StageModel, plugin: "llm-fake", code: fault.NotFound, reason: fault.ModelNotFound,
					ended: failed(fault.ModelNotFound),
				}.check(t, p, err)
				if len(p.later) != test.later {
					t.Errorf("%d turns are to be ended later, want %d", len(p.later), test.later)
				}
				if diff := cmp.Diff(p.store.fails[:test.later], p.later, cmpopts.EquateEmpty()); diff != "" {
					t.Errorf("another turn is to be ended later:\n%s", diff)
				}
			})
		})
	}
}

// missing is a model that cannot be reached.
func missing() bot.Model {
	return bot.Opened(bot.Plugin{
		Name: "llm-missing", Acquire: func(context.Context) (bot.Session, error) { return nil, errUnavailable },
	}, nil)
}

func TestMissingPlugin(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newParts(t)
		p.Models = []bot.Model{missing()}
		if _, err := p.turn(t.Context(), "Hi", &transcript{}); !fault.Is(err, fault.Unavailable) {
			t.Errorf("a turn without its model gave %v", err)
		}
		if len(p.store.begins) != 0 {
			t.Error("a turn that could not run was begun")
		}
	})
}

// TestLostCalls checks that a call whose answer was lost is made again: the same
// call, since it may have been heard.
func TestLostCalls(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		lost    int
		arrange func(p *parts, lost int)
		calls   func(p *parts) int
		within  time.Duration
	}{
		"begin": {
			lost: 1,
			arrange: func(p *parts, lost int) {
				p.store.begin = func(n int, r store.BeginTurn) (store.BeginOutcome, error) {
					if n <= lost {
						return nil, errUnavailable
					}
					return store.Begun{Turn: 1}, nil
				}
			},
			calls: func(p *parts) int { return same(t, p.store.begins) },
		},
		"commit": {
			lost: 9, within: 30 * time.Second,
			arrange: func(p *parts, lost int) {
				p.store.commit = func(n int, _ store.CommitTurn) error {
					if n <= lost {
						return errUnavailable
					}
					return nil
				}
			},
			calls: func(p *parts) int { return same(t, p.store.commits) },
		},
		"a model that has said nothing": {
			lost: 1,
			arrange: func(p *parts, lost int) {
				speak := p.llm.chat
				p.llm.chat = func(ctx context.Context, r llm.Request[options], emit func(string) error) (llm.Result, error) {
					if len(p.llm.requests) <= lost {
						return llm.Result{}, errUnavailable
					}
					return speak(ctx, r, emit)
				}
			},
			calls: func(p *parts) int { return same(t, p.llm.requests) },
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				p := newParts(t)
				test.arrange(p, test.lost)
				started := time.Now()
				reply, err := p.turn(t.Context(), "Hi", &transcript{})
				if err != nil || reply.Text != "Hello Ann" {
					t.Errorf("Turn = %q, %v", reply.Text, err)
				}
				if took := time.Since(started); took > test.within {
					t.Errorf("took %v, want at most %v", took, test.within)
				}
				if calls := test.calls(p); calls != test.lost+1 {
					t.Errorf("%d calls, want %d", calls, test.lost+1)
				}
				if len(p.store.fails) != 0 {
					t.Errorf("a turn that was answered was failed: %+v", p.store.fails)
				}
			})
		})
	}
}

// same counts calls, and checks that they were all the same.
func same[T any](t *testing.T, calls []T) int {
	t.Helper()
	for _, call := range calls[1:] {
		if diff := cmp.Diff(calls[0], call); diff != "" {
			t.Errorf("the call was repeated with changes:\n%s", diff)
		}
	}
	return len(calls)
}

// TestBeginMayHaveLanded checks that a turn whose begin was never answered does
// not hold its conversation.
func TestBeginMayHaveLanded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newParts(t)
		p.store.begin = func(int, store.BeginTurn) (store.BeginOutcome, error) { return nil, errUnavailable }
		_, err := p.turn(t.Context(), "Hi", &transcript{})
		failure{
			stage: bot.StageBegin, plugin: "store-fake", code: fault.Unavailable, ended: failed("unavailable"),
		}.check(t, p, err)
	})
}

func TestCommitGivesUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newParts(t)
		p.store.commit = func(int, store.CommitTurn) error { return errUnavailable }
		started := time.Now()
		_, err := p.turn(t.Context(), "Hi", &transcript{})
		if took := time.Since(started); took != 30*time.Second {
			t.Errorf("gave up after %v", took)
		}
		if fault.As(err).RetryAfter <= 0 {
			t.Errorf("%v does not say when to come again", err)
		}
	})
}

func TestBusyConversation(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		busyFor, patience time.Duration
		took              time.Duration
		want              func(error) bool
	}{
		"is waited for":       {busyFor: 40 * time.Second, patience: time.Hour, took: 41 * time.Second, want: func(err error) bool { return err == nil }},
		"not for ever":        {busyFor: time.Hour, patience: time.Hour, took: 61 * time.Second, want: func(err error) bool { return fault.HasReason(err, bot.TurnInProgress) }},
		"not for who is gone": {busyFor: time.Hour, patience: time.Second, took: time.Second, want: func(err error) bool { return fault.Is(err, fault.Timeout) }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				p := newParts(t)
				started := time.Now()
				p.store.begin = func(int, store.BeginTurn) (store.BeginOutcome, error) {
					if time.Since(started) < test.busyFor {
						return store.Busy{Turn: 1}, nil
					}
					return store.Begun{Turn: 2}, nil
				}
				ctx, cancel := context.WithTimeout(t.Context(), test.patience)
				defer cancel()
				err := bot.NewGates(time.Minute, 1).UntilFree(ctx, func() error {
					_, err := p.turn(ctx, "Hi", &transcript{})
					return err
				})
				if !test.want(err) {
					t.Errorf("got %v", err)
				}
				if took := time.Since(started); took > test.took || took < min(test.busyFor, test.took-time.Second) {
					t.Errorf("took %v, want about %v", took, test.took)
				}
				if len(p.store.fails) != 0 {
					t.Errorf("a turn that was not begun was ended: %+v", p.store.fails)
				}
			})
		})
	}
}

// TestLogsSayNothingOfWhatWasSaid looks for the conversation in the log.
func TestLogsSayNothingOfWhatWasSaid(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newParts(t)
		var log bytes.Buffer
		p.Logger = logTo(&log)
		if _, err := p.turn(t.Context(), "my secret question", &transcript{}); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(log.String(), "turn complete") {
			t.Errorf("the turn is not in the log: %s", log.String())
		}
		for _, said := range []string{"secret", "Hello", "Ann"} {
			if strings.Contains(log.String(), said) {
				t.Errorf("the log holds %q: %s", said, log.String())
			}
		}
	})
}
