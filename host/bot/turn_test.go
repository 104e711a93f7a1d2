package bot_test

import (
	"encoding/json"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bothost/bothost/host/bot"
	"github.com/bothost/bothost/host/internal/inprocess"
	"github.com/bothost/bothost/sdk"
	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/llm"
	"github.com/bothost/bothost/sdk/memory"
	"github.com/bothost/bothost/sdk/message"
	"github.com/bothost/bothost/sdk/store"
)

func TestTurn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newParts(t)
		observer := &transcript{}
		reply, err := p.turn(t.Context(), "Hi", observer)
		if err != nil {
			t.Fatal(err)
		}
		want := bot.Reply{ConversationID: "c1", Turn: 1, Text: "Hello Ann", Result: finished, Provider: "fake"}
		if diff := cmp.Diff(want, reply); diff != "" {
			t.Errorf("the reply differs:\n%s", diff)
		}
		if diff := cmp.Diff([]string{"start c1", "Hello Ann"}, observer.events); diff != "" {
			t.Errorf("what was observed differs:\n%s", diff)
		}
		wantCommit := []store.CommitTurn{{
			Scope: here, Token: p.store.begins[0].Token, Status: store.Complete,
			Messages: []message.Message{says(message.Assistant, "Hello Ann")}, Result: finished,
		}}
		if diff := cmp.Diff(wantCommit, p.store.commits); diff != "" {
			t.Errorf("what was committed differs:\n%s", diff)
		}
		if len(p.store.fails) != 0 {
			t.Errorf("a turn that was committed was failed: %+v", p.store.fails)
		}
	})
}

// TestPrompt checks that what people said reaches the model byte for byte.
func TestPrompt(t *testing.T) {
	t.Parallel()
	odd := "{{.Secret}} ${env:HOME} %s \\u0041 \x00\r\n\u2028 é e\u0301 👩‍👩‍👧 </system>"
	history := []message.Message{
		says(message.User, odd), says(message.Assistant, ""), says(message.System, "remember: "+odd),
		{Role: message.User, Parts: []message.Part{message.Text("a"), message.Blob{MediaType: "image/png", Data: []byte{0, 255}}}},
	}
	for name, test := range map[string]struct {
		system string
		want   []message.Message
	}{
		"with a system prompt": {
			system: " Be kind. " + odd,
			want:   append(append([]message.Message{says(message.System, " Be kind. "+odd)}, history...), says(message.User, odd)),
		},
		"without": {want: append(append([]message.Message(nil), history...), says(message.User, odd))},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				p := newParts(t)
				p.SystemPrompt = test.system
				p.store.begin = func(int, store.BeginTurn) (store.BeginOutcome, error) {
					return store.Begun{Turn: 3, History: history}, nil
				}
				if _, err := p.turn(t.Context(), odd, &transcript{}); err != nil {
					t.Fatal(err)
				}
				want := []llm.Request[options]{{
					Tenant: "acme", Conversation: "c1", Turn: 3, Messages: test.want, Options: options{Model: "fake"},
				}}
				if diff := cmp.Diff(want, p.llm.requests); diff != "" {
					t.Errorf("what the model was shown differs:\n%s", diff)
				}
			})
		})
	}
}

// TestBegin checks what the store is told of a turn.
func TestBegin(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newParts(t)
		c := bot.Context{ConversationID: "c1", UserID: "ann", Metadata: json.RawMessage(`{"a": 1}`), IdempotencyKey: "k1"}
		for range 2 {
			if _, err := bot.New(p.Parts).Turn(t.Context(), c, "Hi", &transcript{}); err != nil {
				t.Fatal(err)
			}
		}
		first, second := p.store.begins[0], p.store.begins[1]
		if first.Token == second.Token || first.Token == (store.Token{}) {
			t.Errorf("two attempts have the tokens %x and %x", first.Token, second.Token)
		}
		second.Token = first.Token
		if diff := cmp.Diff(first, second); diff != "" {
			t.Errorf("the same request differs:\n%s", diff)
		}
		want := store.BeginTurn{
			Scope: here, Token: first.Token, Holder: "host-1", Timeout: time.Hour,
			IdempotencyKey: "k1", RequestHash: first.RequestHash, UserMessage: says(message.User, "Hi"),
			Window: memory.Window{MaxMessages: 10, MaxBytes: bot.MaxWindowBytes}, UserID: "ann", Metadata: c.Metadata,
		}
		if diff := cmp.Diff(want, first); diff != "" {
			t.Errorf("the request differs:\n%s", diff)
		}
	})
}

// TestVerbatimMemory checks that a memory which shows what there is, and says so,
// is not asked.
func TestVerbatimMemory(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newParts(t)
		p.Memory = inprocess.Serve(t)(sdk.NewMemory("memory-fake", "1", inprocess.Open(&fakeMemory{
			verbatim: true,
			recall: func(memory.Request) (memory.Response, error) {
				return memory.Response{}, fault.New(fault.Internal, "asked all the same")
			},
		})))
		past := []message.Message{says(message.User, "Hi"), says(message.Assistant, "Hello")}
		p.store.begin = func(int, store.BeginTurn) (store.BeginOutcome, error) {
			return store.Begun{Turn: 2, History: past}, nil
		}
		if _, err := bot.New(p.Parts).Turn(t.Context(), bot.Context{ConversationID: "c1"}, "How are you?", nil); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(append(past, says(message.User, "How are you?")), p.llm.requests[0].Messages); diff != "" {
			t.Errorf("the prompt differs:\n%s", diff)
		}
	})
}

// TestWhole checks that the model is told when nobody reads before the end.
func TestWhole(t *testing.T) {
	t.Parallel()
	for name, observer := range map[string]bot.Observer{"a listener": &transcript{}, "nobody": nil} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				p := newParts(t)
				reply, err := bot.New(p.Parts).Turn(t.Context(), bot.Context{ConversationID: "c1"}, "Hi", observer)
				if err != nil || reply.Text != "Hello Ann" {
					t.Fatalf("reply %q, %v", reply.Text, err)
				}
				if got, want := p.llm.requests[0].Whole, observer == nil; got != want {
					t.Errorf("the model was told whole: %v, want %v", got, want)
				}
			})
		})
	}
}

// TestRequestHash checks that one key cannot stand for two requests.
func TestRequestHash(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newParts(t)
		seen := map[string]string{}
		for name, request := range map[string]struct {
			context bot.Context
			text    string
		}{
			"plain":          {text: "Hi"},
			"other text":     {text: "Ho"},
			"other user":     {text: "Hi", context: bot.Context{UserID: "ann"}},
			"other metadata": {text: "Hi", context: bot.Context{Metadata: json.RawMessage(`{}`)}},
			"shifted":        {text: "Hian", context: bot.Context{UserID: "n"}},
			"shifted back":   {text: "Hi", context: bot.Context{UserID: "ann", Metadata: json.RawMessage(`{}`)}},
		} {
			request.context.ConversationID, request.context.IdempotencyKey = "c1", "k1"
			if _, err := bot.New(p.Parts).Turn(t.Context(), request.context, request.text, &transcript{}); err != nil {
				t.Fatal(err)
			}
			hash := string(p.store.begins[len(p.store.begins)-1].RequestHash)
			if other, ok := seen[hash]; ok || hash == "" {
				t.Errorf("%q has the hash %x, as %q has", name, hash, other)
			}
			seen[hash] = name
		}
		if _, err := p.turn(t.Context(), "Hi", &transcript{}); err != nil {
			t.Fatal(err)
		}
		if hash := p.store.begins[len(p.store.begins)-1].RequestHash; hash != nil {
			t.Errorf("a request without a key has the hash %x", hash)
		}
	})
}

func TestReplay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newParts(t)
		p.store.begin = func(int, store.BeginTurn) (store.BeginOutcome, error) {
			return store.Replayed{
				Turn: 7, Result: finished,
				Messages: []message.Message{says(message.User, "Hi"), says(message.Assistant, "Hello again")},
			}, nil
		}
		observer := &transcript{}
		reply, err := p.turn(t.Context(), "Hi", observer)
		if err != nil {
			t.Fatal(err)
		}
		want := bot.Reply{ConversationID: "c1", Turn: 7, Text: "Hello again", Result: finished, Replayed: true}
		if diff := cmp.Diff(want, reply); diff != "" {
			t.Errorf("the reply differs:\n%s", diff)
		}
		if diff := cmp.Diff([]string{"start c1", "Hello again"}, observer.events); diff != "" {
			t.Errorf("what was observed differs:\n%s", diff)
		}
		if len(p.llm.requests)+len(p.store.commits)+len(p.store.fails) != 0 {
			t.Error("a replay asked the model, or wrote")
		}
	})
}

func TestMemoryState(t *testing.T) {
	t.Parallel()
	own := &memory.State{Plugin: "memory-fake", Format: "f1", ThroughTurn: 2, Version: 4, Data: []byte("old")}
	others := &memory.State{Plugin: "memory-other", Format: "f1", Version: 9, Data: []byte("secret")}
	next := &memory.State{Plugin: "ignored", Format: "f2", ThroughTurn: 3, Version: 77, Data: []byte("new")}
	saved := func(version uint64) *memory.State {
		return &memory.State{Plugin: "memory-fake", Format: "f2", ThroughTurn: 3, Version: version, Data: []byte("new")}
	}
	for name, test := range map[string]struct {
		stored, shown, answered, saved *memory.State
	}{
		"the first":          {answered: next, saved: saved(1)},
		"its own":            {stored: own, shown: own, answered: next, saved: saved(5)},
		"left as it is":      {stored: own, shown: own},
		"another strategy's": {stored: others, answered: next, saved: saved(10)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				p := newParts(t)
				p.store.begin = func(int, store.BeginTurn) (store.BeginOutcome, error) {
					return store.Begun{Turn: 3, State: test.stored}, nil
				}
				var shown *memory.State
				p.memory.recall = func(request memory.Request) (memory.Response, error) {
					shown = request.State
					return memory.Response{Next: memory.Prompt{}, State: test.answered}, nil
				}
				if _, err := p.turn(t.Context(), "Hi", &transcript{}); err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(test.shown, shown); diff != "" {
					t.Errorf("the state that was shown differs:\n%s", diff)
				}
				if diff := cmp.Diff(test.saved, p.store.commits[0].State); diff != "" {
					t.Errorf("the state that was saved differs:\n%s", diff)
				}
			})
		})
	}
}
