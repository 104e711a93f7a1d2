package openai_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bothost/bothost/plugins/llm-openai/fakeopenai"
	"github.com/bothost/bothost/plugins/llm-openai/openai"
	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/llm"
	"github.com/bothost/bothost/sdk/message"
	"github.com/bothost/bothost/sdk/schema"
)

func TestChat(t *testing.T) {
	t.Parallel()
	provider := start(t, fake(fakeopenai.Answer{Pieces: []string{"Good ", "day", "."}}), openai.Config{})
	var told collect
	result, err := provider.Chat(t.Context(), ask(message.New(message.User, "hello to you")), told.emit)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"Good ", "day", "."}, told.pieces); diff != "" {
		t.Errorf("pieces (-want +got):\n%s", diff)
	}
	want := llm.Result{Model: model, FinishReason: "stop", Usage: llm.Usage{PromptTokens: 3, CompletionTokens: 3}}
	if diff := cmp.Diff(want, result); diff != "" {
		t.Errorf("result (-want +got):\n%s", diff)
	}
}

func TestChatSaysWhyItEnded(t *testing.T) {
	t.Parallel()
	provider := start(t, fake(fakeopenai.Answer{Pieces: []string{"Good"}, FinishReason: "length"}), openai.Config{})
	var told collect
	result, err := provider.Chat(t.Context(), hello(), told.emit)
	if err != nil || result.FinishReason != "length" {
		t.Errorf("got %+v, %v; want the finish reason length", result, err)
	}
}

func TestConcurrentCallsKeepTheirReplies(t *testing.T) {
	t.Parallel()
	provider := start(t, fakeopenai.New(model), openai.Config{})
	var group sync.WaitGroup
	for i := range 20 {
		group.Go(func() {
			var told collect
			text := fmt.Sprintf("I am number %d", i)
			if _, err := provider.Chat(t.Context(), ask(message.New(message.User, text)), told.emit); err != nil {
				t.Error(err)
			}
			if want := "You said: " + text; told.reply() != want {
				t.Errorf("reply is %q, want %q", told.reply(), want)
			}
		})
	}
	group.Wait()
}

// TestConnectionsAreReused also where the end of the answer comes after that of the
// reply.
func TestConnectionsAreReused(t *testing.T) {
	t.Parallel()
	var connections atomic.Int64
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fake(fakeopenai.Answer{Pieces: []string{"yes"}}).ServeHTTP(w, r)
		time.Sleep(10 * time.Millisecond) // the end of the answer is sent when this returns
	}))
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			connections.Add(1)
		}
	}
	server.Start()
	t.Cleanup(server.Close)
	provider := open(t, openai.Config{BaseURL: server.URL + "/v1"})
	for range 10 {
		var told collect
		if _, err := provider.Chat(t.Context(), hello(), told.emit); err != nil {
			t.Fatal(err)
		}
	}
	if got := connections.Load(); got != 1 {
		t.Errorf("10 calls one after the other took %d connections, want 1", got)
	}
}

func TestCancellationReachesTheServer(t *testing.T) {
	t.Parallel()
	tests := map[string]fakeopenai.Answer{
		"before the first piece":     {Hold: make(chan struct{})},
		"in the middle of the reply": {Pieces: []string{"Good "}, Ending: fakeopenai.Silent},
	}
	for name, answer := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := fake(answer)
			provider := start(t, server, openai.Config{})
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			failed := make(chan error, 1)
			said := make(chan struct{}, 1)
			go func() {
				_, err := provider.Chat(ctx, hello(), func(string) error { said <- struct{}{}; return nil })
				failed <- err
			}()
			if err := server.AwaitRequests(t.Context(), 1); err != nil {
				t.Fatal(err)
			}
			if len(answer.Pieces) > 0 {
				<-said
			}
			cancel()
			if err := <-failed; !fault.Is(err, fault.Canceled) {
				t.Errorf("got %v, want canceled", err)
			}
			if err := server.AwaitDepartures(t.Context(), 1); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestDeadline(t *testing.T) {
	t.Parallel()
	provider := start(t, fake(fakeopenai.Answer{Hold: make(chan struct{})}), openai.Config{})
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	var told collect
	if _, err := provider.Chat(ctx, hello(), told.emit); !fault.Is(err, fault.Timeout) || fault.As(err).Upstream {
		t.Errorf("got %v, want the caller's own deadline", err)
	}
}

func TestAnEmitErrorEndsTheReply(t *testing.T) {
	t.Parallel()
	server := fake(fakeopenai.Answer{Pieces: []string{"Good ", "day"}, Ending: fakeopenai.Silent})
	provider := start(t, server, openai.Config{})
	gone := errors.New("the reader is gone")
	calls := 0
	_, err := provider.Chat(t.Context(), hello(), func(string) error { calls++; return gone })
	if !errors.Is(err, gone) || calls != 1 {
		t.Errorf("returned %v after %d pieces, want emit's error after the first", err, calls)
	}
	if err := server.AwaitDepartures(t.Context(), 1); err != nil {
		t.Error(err)
	}
}

func TestSilence(t *testing.T) {
	t.Parallel()
	config := openai.Config{IdleTimeout: shortIdle()}
	tests := map[string]fakeopenai.Answer{
		"before the first piece":     {Hold: make(chan struct{})},
		"in the middle of the reply": {Pieces: []string{"Good "}, Ending: fakeopenai.Silent},
	}
	for name, answer := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var told collect
			_, err := start(t, fake(answer), config).Chat(t.Context(), hello(), told.emit)
			got := fault.As(err)
			if got == nil || got.Code != fault.Timeout || !got.Upstream || got.Remedy == "" {
				t.Errorf("got %v, want a timeout of the server with a remedy", err)
			}
			if len(told.pieces) != len(answer.Pieces) {
				t.Errorf("emitted %q before, want %q", told.pieces, answer.Pieces)
			}
		})
	}
}

func TestAReplyMayTakeLongerThanTheIdleTimeout(t *testing.T) {
	t.Parallel()
	pieces := []string{"a", "b", "c", "d", "e", "f"}
	answer := fakeopenai.Answer{Pieces: pieces, Between: 200 * time.Millisecond}
	provider := start(t, fake(answer), openai.Config{IdleTimeout: new(schema.Duration(800 * time.Millisecond))})
	var told collect
	if _, err := provider.Chat(t.Context(), hello(), told.emit); err != nil || len(told.pieces) != len(pieces) {
		t.Errorf("got %q, %v", told.pieces, err)
	}
}

func TestASlowReaderIsNotTheServersSilence(t *testing.T) {
	t.Parallel()
	answer := fakeopenai.Answer{Pieces: []string{"a", "b"}, Between: time.Second}
	provider := start(t, fake(answer), openai.Config{IdleTimeout: shortIdle()})
	_, err := provider.Chat(t.Context(), hello(), func(string) error {
		time.Sleep(700 * time.Millisecond) // what is tested is that real time passes here
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func TestACallerWhoHasLeftIsToldNoMore(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	event := `data: {"choices":[{"delta":{"content":"Yes"}}]}` + "\n\n"
	pieces := 0
	_, err := start(t, recorded("text/event-stream", event+event), openai.Config{}).Chat(ctx, hello(), func(string) error {
		pieces++
		cancel()
		return nil
	})
	if !fault.Is(err, fault.Canceled) || pieces != 1 {
		t.Errorf("got %v after %d pieces, want canceled after 1", err, pieces)
	}
}
