package apiclient_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bothost/bothost/host/apiclient"
)

const doneEvent = `event: done
data: {"conversation_id": "c", "turn": 3, "reply": "Hello there", "model": "m", "finish_reason": "stop", "usage": {"prompt_tokens": 4, "completion_tokens": 2}}

`

func TestChatStream(t *testing.T) {
	t.Parallel()
	whole := apiclient.Reply{
		ConversationID: "c", Turn: 3, Text: "Hello there", Model: "m", FinishReason: "stop",
		Usage: apiclient.Usage{PromptTokens: 4, CompletionTokens: 2},
	}
	tests := map[string]struct {
		stream string
		heard  []string
		reply  apiclient.Reply
		// failure is a part of the error's text; empty: there is none.
		failure string
	}{
		"a reply in pieces": {
			stream: "event: start\ndata: {\"conversation_id\":\"c\",\"turn\":3}\n\n" +
				"event: delta\ndata: {\"text\":\"Hello \"}\n\nevent: delta\ndata: {\"text\":\"there\"}\n\n" + doneEvent,
			heard: []string{"start c 3", "Hello ", "there"}, reply: whole,
		},
		"other forms of the same": {
			stream: ": keeps the connection open\r\nid: 1\r\nevent:delta\r\ndata:{\"text\":\r\ndata:\"Hello \"}\r\n\r\n" +
				"event: later\ndata: {}\n\nevent: delta\n\n" + doneEvent,
			heard: []string{"Hello "}, reply: whole,
		},
		"a failure on the way": {
			stream: "event: start\ndata: {\"conversation_id\":\"c\",\"turn\":3}\n\n" +
				"event: error\ndata: {\"status\":503,\"detail\":\"the reply could not be stored\",\"error\":{\"code\":\"not_durable\"}}\n\n",
			heard: []string{"start c 3"}, failure: "the reply could not be stored",
		},
		"a stream that breaks off": {
			stream: "event: delta\ndata: {\"text\":\"Hel\"}\n\nevent: done\ndata: {\"rep",
			heard:  []string{"Hel"}, failure: "broke off",
		},
		"no stream at all": {failure: "broke off"},
		"data that is no JSON": {
			stream: "event: delta\ndata: hello\n\n" + doneEvent, failure: `read the event "delta"`,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, asked := answering(t, http.StatusOK, "text/event-stream; charset=utf-8", test.stream)
			heard, observer := recorder()
			reply, err := client.ChatStream(t.Context(), apiclient.Message{Text: "hi"}, observer)
			if test.failure == "" && err != nil || test.failure != "" && (err == nil || !strings.Contains(err.Error(), test.failure)) {
				t.Errorf("got the error %v, want %q", err, test.failure)
			}
			if diff := cmp.Diff(test.reply, reply); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(test.heard, *heard); diff != "" {
				t.Error(diff)
			}
			if want := `{"message":"hi","stream":true}`; asked.body != want {
				t.Errorf("sent %s, want %s", asked.body, want)
			}
		})
	}
}

// recorder makes an observer that writes down what it is told.
func recorder() (*[]string, apiclient.Observer) {
	var heard []string
	return &heard, apiclient.Observer{
		Started: func(conversation string, turn uint64) error {
			heard = append(heard, "start "+conversation+" "+string(rune('0'+turn)))
			return nil
		},
		Delta: func(text string) error {
			heard = append(heard, text)
			return nil
		},
	}
}

func TestFailureOfAStreamIsARefusal(t *testing.T) {
	t.Parallel()
	client, _ := answering(t, http.StatusOK, "text/event-stream",
		"event: error\ndata: {\"status\":502,\"detail\":\"the model failed\",\"error\":{\"code\":\"upstream_failed\"}}\n\n")
	_, err := client.ChatStream(t.Context(), apiclient.Message{Text: "hi"}, apiclient.Observer{})
	refused, ok := errors.AsType[*apiclient.Error](err)
	if !ok || refused.Status != http.StatusBadGateway || refused.Code != "upstream_failed" {
		t.Errorf("got %#v", err)
	}
}

// TestLeaving checks that the host hears of it when its caller leaves, by either
// way.
func TestLeaving(t *testing.T) {
	t.Parallel()
	enough := errors.New("enough")
	tests := map[string]struct {
		delta func(leave context.CancelFunc) error
		want  error
	}{
		"by the observer": {delta: func(context.CancelFunc) error { return enough }, want: enough},
		"by the context": {
			delta: func(leave context.CancelFunc) error {
				leave()
				return nil
			},
			want: context.Canceled,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			gone := make(chan struct{})
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				defer close(gone)
				w.Header().Set("Content-Type", "text/event-stream")
				_, _ = io.WriteString(w, "event: delta\ndata: {\"text\":\"Hel\"}\n\n")
				_ = http.NewResponseController(w).Flush()
				<-r.Context().Done()
			}))
			defer server.Close()
			ctx, leave := context.WithCancel(t.Context())
			defer leave()
			client := apiclient.Client{URL: server.URL}
			_, err := client.ChatStream(ctx, apiclient.Message{Text: "hi"},
				apiclient.Observer{Delta: func(string) error { return test.delta(leave) }})
			if !errors.Is(err, test.want) {
				t.Errorf("got %v, want %v", err, test.want)
			}
			<-gone
		})
	}
}
