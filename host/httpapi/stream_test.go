package httpapi_test

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/store"
)

// event is one server-sent event.
type event struct {
	name string
	data string
}

// parseEvents reads a stream as a browser does (WHATWG HTML, section 9.2), and
// refuses what this API does not send.
func parseEvents(t *testing.T, stream string) []event {
	t.Helper()
	var events []event
	if stream != "" && !strings.HasSuffix(stream, "\n\n") {
		t.Errorf("the last event is not complete: %q", stream)
	}
	for block := range strings.SplitSeq(strings.TrimSuffix(stream, "\n\n"), "\n\n") {
		first, second, ok := strings.Cut(block, "\n")
		name, isEvent := strings.CutPrefix(first, "event: ")
		data, isData := strings.CutPrefix(second, "data: ")
		if !ok || !isEvent || !isData || strings.ContainsAny(data, "\r\n") {
			t.Fatalf("not an event: %q", block)
		}
		events = append(events, event{name, data})
	}
	return events
}

const streamed = `{"message":"Hi","conversation_id":"c1","stream":true}`

func TestStream(t *testing.T) {
	t.Parallel()
	h := newHarness(t, noAuth)
	odd := "a\nb\r\n\ndata: x\nevent: done \u2028 <b>&amp; \"é\" 👩‍👩‍👧"
	h.llm.chat = func(_ context.Context, emit func(string) error) error {
		_ = emit("Hello")
		return emit(odd)
	}
	w := h.do(t, post("/v1/chat", streamed))
	if w.Code != 200 || w.Header().Get("Content-Type") != "text/event-stream; charset=utf-8" || w.Header().Get("Cache-Control") != "no-store" {
		t.Errorf("%d %v", w.Code, w.Header())
	}
	events := parseEvents(t, w.Body.String())
	var names []string
	text := ""
	for _, e := range events {
		// Pieces may come together.
		if len(names) == 0 || names[len(names)-1] != e.name {
			names = append(names, e.name)
		}
		if e.name == "delta" {
			h.contract.validate(t, "/components/schemas/DeltaEvent", []byte(e.data))
			text += member(t, e.data, "text").(string)
		}
	}
	if diff := cmp.Diff([]string{"start", "delta", "done"}, names); diff != "" {
		t.Fatalf("the events differ:\n%s", diff)
	}
	last := events[len(events)-1]
	if text != "Hello"+odd || member(t, last.data, "reply") != text {
		t.Errorf("the reply is %q, and at the end %v", text, last.data)
	}
	if want := `{"conversation_id":"c1","turn":1}`; events[0].data != want {
		t.Errorf("the start is %s", events[0].data)
	}
	h.contract.validate(t, "/components/schemas/ChatReply", []byte(last.data))
}

func member(t *testing.T, text, name string) any {
	t.Helper()
	var object map[string]any
	if err := json.Unmarshal([]byte(text), &object); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return object[name]
}

// TestStreamThatNeverStarts is an ordinary answer.
func TestStreamThatNeverStarts(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		arrange func(*harness)
		body    string
		status  int
	}{
		"no such tenant":      {arrange: func(h *harness) { delete(h.tenants.ByName, "a") }, status: 404},
		"the store is down":   {arrange: func(h *harness) { h.store.fails = fault.New(fault.Unavailable, "down") }, status: 503},
		"the body is refused": {body: `{"stream":true}`, status: 422},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHarness(t, noAuth)
			if test.arrange != nil {
				test.arrange(h)
			}
			body := test.body
			if body == "" {
				body = streamed
			}
			h.want(t, test.status, post("/v1/chat", body))
		})
	}
}

// TestStreamThatFails ends with the problem that the plain answer would have been.
func TestStreamThatFails(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		arrange func(*harness)
		status  float64
		code    string
		deltas  int
	}{
		"the model at once": {
			arrange: func(h *harness) {
				h.llm.chat = func(context.Context, func(string) error) error { return fault.New(fault.Internal, "x").FromUpstream() }
			},
			status: 502, code: "upstream_failed",
		},
		"the model in the middle": {
			arrange: func(h *harness) {
				h.llm.chat = func(_ context.Context, emit func(string) error) error {
					_ = emit("Once")
					return fault.New(fault.Internal, "x")
				}
			},
			status: 503, code: "unavailable", deltas: 1,
		},
		"the commit": {
			arrange: func(h *harness) {
				h.store.commitFails = fault.New(fault.Conflict, "x").WithReason(fault.TurnSuperseded)
			},
			status: 409, code: fault.TurnSuperseded, deltas: 1,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHarness(t, noAuth)
			test.arrange(h)
			w := h.do(t, post("/v1/chat", streamed))
			events := parseEvents(t, w.Body.String())
			if w.Code != 200 || len(events) != test.deltas+2 {
				t.Fatalf("%d %s", w.Code, w.Body)
			}
			last := events[len(events)-1]
			if last.name != "error" || member(t, last.data, "status") != test.status {
				t.Errorf("the last event is %v", last)
			}
			var problem map[string]any
			_ = json.Unmarshal([]byte(last.data), &problem)
			if got := code(t, problem); got != test.code {
				t.Errorf("it fails with %s, want %s", got, test.code)
			}
			h.contract.validate(t, "/components/schemas/Problem", []byte(last.data))
		})
	}
}

// TestStreamComesAsItIsSpoken checks over a real connection that nothing is held
// back, and that a client who leaves stops the model.
func TestStreamComesAsItIsSpoken(t *testing.T) {
	t.Parallel()
	h := newHarness(t, noAuth)
	heard, stopped := make(chan struct{}), make(chan struct{})
	h.llm.chat = func(ctx context.Context, emit func(string) error) error {
		_ = emit("one")
		<-heard
		_ = emit("two")
		<-ctx.Done()
		close(stopped)
		return ctx.Err()
	}
	server := httptest.NewServer(h.handler)
	defer server.Close()
	ctx, leave := context.WithCancel(t.Context())
	defer leave()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, server.URL+"/v1/chat", strings.NewReader(streamed))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("X-Tenant", "a")
	response, err := server.Client().Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	lines := bufio.NewScanner(response.Body)
	waitFor := func(line string) {
		for lines.Scan() {
			if lines.Text() == line {
				return
			}
		}
		t.Fatalf("the stream ended before %s: %v", line, lines.Err())
	}
	waitFor(`data: {"text":"one"}`)
	close(heard)
	waitFor(`data: {"text":"two"}`)
	left := time.Now()
	leave()
	<-stopped
	if status := <-h.store.ended; status != store.Cancelled || time.Since(left) > 5*time.Second {
		t.Errorf("the turn ended %s after %v", status, time.Since(left))
	}
	messages := h.want(t, 200, get("/v1/conversations/c1/messages"))
	last := messages["items"].([]any)[1].(map[string]any)
	if last["content"] != "onetwo" || last["status"] != "cancelled" {
		t.Errorf("what is kept is %v", last)
	}
}
