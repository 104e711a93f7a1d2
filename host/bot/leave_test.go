package bot_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bothost/bothost/host/bot"
	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/llm"
	"github.com/bothost/bothost/sdk/message"
	"github.com/bothost/bothost/sdk/store"
)

// talker is a model that says a word each second, n of them, and notes when it
// was stopped.
type talker struct {
	words   int
	stopped time.Time
}

func (m *talker) chat(ctx context.Context, _ llm.Request[options], emit func(string) error) (llm.Result, error) {
	for range m.words {
		select {
		case <-time.After(time.Second):
		case <-ctx.Done():
			m.stopped = time.Now()
			return llm.Result{}, ctx.Err()
		}
		if err := emit("bla "); err != nil {
			return llm.Result{}, err
		}
	}
	return finished, nil
}

// TestLeaving is a caller who goes after 2.5 s, when two of ten words are said.
func TestLeaving(t *testing.T) {
	t.Parallel()
	const goesAfter = 2500 * time.Millisecond
	for name, test := range map[string]struct {
		grace time.Duration
		// stopsAfter is when the model stops; 0: it says all.
		stopsAfter time.Duration
		text       string
	}{
		"at once":                {stopsAfter: goesAfter, text: "bla bla "},
		"with grace":             {grace: 3 * time.Second, stopsAfter: goesAfter + 3*time.Second, text: "bla bla bla bla bla "},
		"with grace for the end": {grace: time.Minute, text: "bla bla bla bla bla bla bla bla bla bla "},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				p := newParts(t)
				p.Limits.DisconnectGrace = test.grace
				model := &talker{words: 10}
				p.llm.chat = model.chat
				started := time.Now()
				ctx, cancel := context.WithTimeoutCause(t.Context(), goesAfter, context.Canceled)
				defer cancel()
				_, err := p.turn(ctx, "Hi", &transcript{})
				synctest.Wait()
				want := store.CommitTurn{Scope: here, Token: p.store.begins[0].Token, Status: store.Complete, Result: finished}
				if test.stopsAfter > 0 {
					want.Status, want.Result = store.Cancelled, llm.Result{FinishReason: "cancelled"}
					if stopped := model.stopped.Sub(started); stopped != test.stopsAfter {
						t.Errorf("the model was stopped after %v, want %v", stopped, test.stopsAfter)
					}
				}
				if (test.stopsAfter > 0) != fault.Is(err, fault.Canceled) || (test.stopsAfter == 0) != (err == nil) {
					t.Errorf("Turn = %v", err)
				}
				want.Messages = []message.Message{says(message.Assistant, test.text)}
				if diff := cmp.Diff([]store.CommitTurn{want}, p.store.commits); diff != "" {
					t.Errorf("what was kept differs:\n%s", diff)
				}
				if len(p.store.fails) != 0 {
					t.Errorf("the turn was failed: %+v", p.store.fails)
				}
			})
		})
	}
}

// TestDeafCaller is a caller who cannot be written to any more.
func TestDeafCaller(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newParts(t)
		model := &talker{words: 10}
		p.llm.chat = model.chat
		observer := &transcript{delta: func(string) error { return errors.New("broken pipe") }}
		started := time.Now()
		_, err := p.turn(t.Context(), "Hi", observer)
		synctest.Wait()
		if !fault.Is(err, fault.Canceled) {
			t.Errorf("Turn = %v", err)
		}
		if stopped := model.stopped.Sub(started); stopped != time.Second {
			t.Errorf("the model was stopped after %v", stopped)
		}
		if len(p.store.commits) != 1 || p.store.commits[0].Status != store.Cancelled {
			t.Errorf("kept %+v", p.store.commits)
		}
		if diff := cmp.Diff([]string{"start c1", "bla "}, observer.events); diff != "" {
			t.Errorf("a caller who is gone was told more:\n%s", diff)
		}
	})
}

func TestLeavingBeforeTheFirstWord(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newParts(t)
		p.llm.chat = (&talker{words: 10}).chat
		ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
		defer cancel()
		_, err := p.turn(ctx, "Hi", &transcript{})
		failure{
			stage: bot.StageModel, plugin: "llm-fake", code: fault.Canceled,
			ended: store.FailTurn{Status: store.Cancelled, Reason: "canceled"},
		}.check(t, p, err)
		if len(p.store.commits) != 0 {
			t.Errorf("a reply without a word was kept: %+v", p.store.commits)
		}
	})
}

func TestSilentModel(t *testing.T) {
	t.Parallel()
	for name, said := range map[string]string{"from the start": "", "in the middle": "Well"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				p := newParts(t)
				p.llm.chat = func(ctx context.Context, _ llm.Request[options], emit func(string) error) (llm.Result, error) {
					time.Sleep(20 * time.Second)
					if err := emit(said); err != nil {
						return llm.Result{}, err
					}
					<-ctx.Done()
					return llm.Result{}, ctx.Err()
				}
				started := time.Now()
				_, err := p.turn(t.Context(), "Hi", &transcript{})
				want := p.Limits.IdleTimeout
				if said != "" {
					want += 20 * time.Second
				}
				if took := time.Since(started); took != want {
					t.Errorf("took %v, want %v", took, want)
				}
				failure{
					stage: bot.StageModel, plugin: "llm-fake", code: fault.Timeout, reason: bot.ModelSilent,
					ended: failed(bot.ModelSilent),
				}.check(t, p, err)
			})
		})
	}
}

// TestSlowModel speaks for longer than the idle timeout, but is never silent for
// as long.
func TestSlowModel(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newParts(t)
		p.Limits.IdleTimeout = 1500 * time.Millisecond
		p.llm.chat = (&talker{words: 60}).chat
		if _, err := p.turn(t.Context(), "Hi", &transcript{}); err != nil {
			t.Errorf("Turn = %v", err)
		}
	})
}

// TestSlowListener is a caller who takes each piece for longer than the model may
// be silent: that is not the model's fault.
func TestSlowListener(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newParts(t)
		p.llm.chat = (&talker{words: 100}).chat
		observer := &transcript{delta: func(string) error {
			time.Sleep(2 * p.Limits.IdleTimeout)
			return nil
		}}
		if _, err := p.turn(t.Context(), "Hi", observer); err != nil {
			t.Errorf("Turn = %v", err)
		}
	})
}
