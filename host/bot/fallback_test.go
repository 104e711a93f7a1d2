package bot_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bothost/bothost/host/bot"
	"github.com/bothost/bothost/host/internal/inprocess"
	"github.com/bothost/bothost/sdk"
	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/llm"
	"github.com/bothost/bothost/sdk/store"
)

type speaker = func(context.Context, llm.Request[options], func(string) error) (llm.Result, error)

// failing makes a model that fails after it has said these pieces.
func failing(err error, pieces ...string) speaker {
	return func(_ context.Context, _ llm.Request[options], emit func(string) error) (llm.Result, error) {
		for _, piece := range pieces {
			_ = emit(piece)
		}
		return llm.Result{}, err
	}
}

// mute says nothing until it is stopped.
func mute(ctx context.Context, _ llm.Request[options], _ func(string) error) (llm.Result, error) {
	<-ctx.Done()
	return llm.Result{}, ctx.Err()
}

// fallBack adds a model to those of the bot.
func (p *parts) fallBack(t *testing.T, name string, chat speaker) *fakeLLM {
	t.Helper()
	model := &fakeLLM{chat: chat}
	plugin := inprocess.Serve(t)(sdk.NewLLM("llm-"+name, "1", inprocess.Open(model)))
	p.Models = append(p.Models, bot.Opened(plugin, json.RawMessage(`{"model":"`+name+`"}`)))
	return model
}

func TestFallback(t *testing.T) {
	t.Parallel()
	refused := fault.New(fault.Unavailable, "connection refused").FromUpstream()
	limited := fault.New(fault.RateLimited, "slowly").FromUpstream().WithRetryAfter(17 * time.Second)
	for name, test := range map[string]struct {
		models []speaker
		// provider is who speaks; empty: the turn fails as want says.
		provider string
		want     failure
		message  string
	}{
		"nobody is needed":        {models: []speaker{saying("Hi"), saying("no")}, provider: "fake"},
		"the server is down":      {models: []speaker{failing(refused), saying("Hi")}, provider: "1"},
		"it is suspended":         {models: []speaker{failing(fault.New(fault.Unavailable, "later").WithRetryAfter(time.Second)), saying("Hi")}, provider: "1"},
		"the plugin is down":      {models: []speaker{failing(errUnavailable), saying("Hi")}, provider: "1"},
		"the server is busy":      {models: []speaker{failing(limited), saying("Hi")}, provider: "1"},
		"the server is too slow":  {models: []speaker{failing(fault.New(fault.Timeout, "late").FromUpstream()), saying("Hi")}, provider: "1"},
		"the model is silent":     {models: []speaker{mute, saying("Hi")}, provider: "1"},
		"two of three cannot":     {models: []speaker{failing(refused), failing(limited), saying("Hi")}, provider: "2"},
		"the third is not needed": {models: []speaker{failing(refused), saying("Hi"), failing(limited)}, provider: "1"},
		"it has begun to speak": {
			models:  []speaker{failing(refused, "Once"), saying("no")},
			want:    failure{stage: bot.StageModel, plugin: "llm-fake", code: fault.Unavailable, ended: failed("unavailable")},
			message: "llm-fake: connection refused",
		},
		"the fallback breaks off": {
			models:  []speaker{failing(limited), failing(refused, "Once")},
			want:    failure{stage: bot.StageModel, plugin: "llm-1", code: fault.Unavailable, ended: failed("unavailable")},
			message: "llm-1: connection refused",
		},
		"the request is wrong": {
			models:  []speaker{failing(fault.New(fault.Invalid, "no such role")), saying("no")},
			want:    failure{stage: bot.StageModel, plugin: "llm-fake", code: fault.Invalid, ended: failed("invalid")},
			message: "llm-fake: no such role",
		},
		"there is no such model": {
			models:  []speaker{failing(fault.New(fault.NotFound, "no model").WithReason(fault.ModelNotFound)), saying("no")},
			want:    failure{stage: bot.StageModel, plugin: "llm-fake", code: fault.NotFound, reason: fault.ModelNotFound, ended: failed(fault.ModelNotFound)},
			message: "llm-fake: no model",
		},
		"all fail": {
			models:  []speaker{failing(limited), failing(refused), failing(fault.New(fault.Unavailable, "%s", strings.Repeat("é", 100)+"\nmore"))},
			want:    failure{stage: bot.StageModel, plugin: "llm-fake", code: fault.RateLimited, ended: failed("rate limited")},
			message: "llm-fake: slowly; in its place llm-1 failed: connection refused; in its place llm-2 failed: " + strings.Repeat("é", 80) + "...",
		},
		"all are silent": {
			models:  []speaker{mute, mute},
			want:    failure{stage: bot.StageModel, plugin: "llm-fake", code: fault.Timeout, reason: bot.ModelSilent, ended: failed(bot.ModelSilent)},
			message: "llm-fake: the model said nothing for 30s; in its place llm-1 failed: the model said nothing for 30s",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				p := newParts(t)
				p.llm.chat = test.models[0]
				for i, chat := range test.models[1:] {
					p.fallBack(t, string(rune('1'+i)), chat)
				}
				reply, err := p.turn(t.Context(), "Hello?", &transcript{})
				if test.provider == "" {
					test.want.check(t, p, err)
					if err != nil && err.Error() != test.message {
						t.Errorf("got %q, want %q", err, test.message)
					}
					return
				}
				if err != nil || reply.Text != "Hi" || reply.Provider != test.provider {
					t.Errorf("got %+v, %v", reply, err)
				}
			})
		})
	}
}

func TestAFallbackIsAskedTheSameWithItsOwnOptions(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newParts(t)
		p.llm.chat = failing(errUnavailable)
		second := p.fallBack(t, "second", saying("Hi"))
		if _, err := p.turn(t.Context(), "Hello?", nil); err != nil {
			t.Fatal(err)
		}
		want := p.llm.requests[0]
		want.Options = options{Model: "second"}
		if diff := cmp.Diff([]llm.Request[options]{want}, second.requests); diff != "" {
			t.Error(diff)
		}
	})
}

func TestAFallbackWhenTheFirstIsNotThere(t *testing.T) {
	t.Parallel()
	for name, first := range map[string]bot.Model{
		"cannot be acquired": missing(),
		"cannot be opened": {Plugin: "llm-missing", Open: func(context.Context) (bot.Plugin, json.RawMessage, error) {
			return bot.Plugin{}, nil, errUnavailable
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				p := newParts(t)
				p.Models = append([]bot.Model{first}, p.Models...)
				reply, err := p.turn(t.Context(), "Hello?", nil)
				if err != nil || reply.Provider != "fake" {
					t.Errorf("got %+v, %v", reply, err)
				}
				p.llm.chat = failing(fault.New(fault.NotFound, "no model"))
				_, err = p.turn(t.Context(), "Hello?", nil)
				failed, ok := errors.AsType[*bot.Error](err)
				if !ok || failed.Plugin != "llm-missing" || !fault.Is(err, fault.Unavailable) || !strings.Contains(err.Error(), "llm-fake failed: no model") {
					t.Errorf("got %v", err)
				}
			})
		})
	}
}

func TestNobodyIsAskedForACallerWhoLeft(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newParts(t)
		p.llm.chat = mute
		second := p.fallBack(t, "second", saying("Hi"))
		ctx, leave := context.WithTimeout(t.Context(), time.Second)
		defer leave()
		_, err := p.turn(ctx, "Hello?", nil)
		failure{
			stage: bot.StageModel, plugin: "llm-fake", code: fault.Canceled,
			ended: store.FailTurn{Status: store.Cancelled, Reason: "canceled"},
		}.check(t, p, err)
		if len(second.requests) != 0 {
			t.Error("the fallback was asked")
		}
	})
}

func TestWhatIsLoggedOfAFallback(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		p := newParts(t)
		p.Logger = logTo(&log)
		p.fallBack(t, "second", saying("Hi"))
		if _, err := p.turn(t.Context(), "Hello?", nil); err != nil || strings.Contains(log.String(), "fallback") {
			t.Errorf("%v; the log says:\n%s", err, log.String())
		}
		p.llm.chat = failing(errUnavailable)
		if _, err := p.turn(t.Context(), "Hello?", nil); err != nil {
			t.Fatal(err)
		}
		want := `[WARN]  a fallback spoke: tenant=acme conversation=c1 turn=1 from=llm-fake to=llm-second error="out to lunch"`
		if !strings.Contains(log.String(), want) || strings.Count(log.String(), "fallback") != 1 {
			t.Errorf("the log says:\n%s", log.String())
		}
	})
}
