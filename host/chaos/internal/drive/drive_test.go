package drive_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/bothost/bothost/host/chaos/internal/drive"
	"github.com/bothost/bothost/host/chaos/internal/history"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// sent is what a host got.
type sent struct {
	key, authorization string
	Message            string
	ConversationID     string `json:"conversation_id"`
	Stream             bool
}

// answerWith starts a host that answers one request after the other with these.
// The last one is repeated.
func answerWith(t *testing.T, answers ...func(http.ResponseWriter, sent)) (*drive.World, *[]sent) {
	t.Helper()
	var mu sync.Mutex
	var got []sent
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s := sent{key: r.Header.Get("Idempotency-Key"), authorization: r.Header.Get("Authorization")}
		if err := json.NewDecoder(r.Body).Decode(&s); err != nil {
			t.Error(err)
		}
		mu.Lock()
		got = append(got, s)
		answer := answers[min(len(got), len(answers))-1]
		mu.Unlock()
		answer(w, s)
	}))
	t.Cleanup(server.Close)
	began := time.Now()
	return &drive.World{
		URLs: []string{server.URL}, HTTP: server.Client(), Elapsed: func() time.Duration { return time.Since(began) },
	}, &got
}

func acknowledge(conversation, delta string) func(http.ResponseWriter, sent) {
	return func(w http.ResponseWriter, s sent) {
		body := fmt.Sprintf(`{"conversation_id":%q,"turn":7,"reply":"yes","replayed":true}`, conversation)
		if !s.Stream {
			fmt.Fprint(w, body)
			return
		}
		w.Header().Set("Content-Type", "text/event-stream")
		fmt.Fprintf(w, "event: delta\ndata: {\"text\":%q}\n\nevent: done\ndata: %s\n\n", delta, body)
	}
}

func refuse(status int, code string) func(http.ResponseWriter, sent) {
	return func(w http.ResponseWriter, _ sent) {
		w.WriteHeader(status)
		fmt.Fprintf(w, `{"status":%d,"detail":"no","error":{"code":%q}}`, status, code)
	}
}

func breakOff(http.ResponseWriter, sent) { panic(http.ErrAbortHandler) }

var place = drive.Place{Place: history.Place{Tenant: "a", Conversation: "c1"}, Key: "the tenant's key"}

// TestOutcomes: what each answer means for the turn. Every seed draws another
// form of request.
func TestOutcomes(t *testing.T) {
	t.Parallel()
	done := acknowledge("c1", "yes")
	for name, test := range map[string]struct {
		answer func(http.ResponseWriter, sent)
		want   history.Outcome
	}{
		"conflict":             {refuse(http.StatusConflict, "turn_in_progress"), history.Refused},
		"too many":             {refuse(http.StatusTooManyRequests, "rate_limited"), history.Refused},
		"model failed":         {refuse(http.StatusBadGateway, "upstream_failed"), history.Refused},
		"unavailable":          {refuse(http.StatusServiceUnavailable, "unavailable"), history.Refused},
		"too late":             {refuse(http.StatusGatewayTimeout, "timeout"), history.Refused},
		"a proxy's answer":     {refuse(http.StatusBadGateway, ""), history.Unknown},
		"cut":                  {breakOff, history.Unknown},
		"no key":               {refuse(http.StatusUnauthorized, "wrong_key"), history.Unexpected},
		"not found":            {refuse(http.StatusNotFound, "not_found"), history.Unexpected},
		"mismatch":             {refuse(http.StatusUnprocessableEntity, "idempotency_mismatch"), history.Unexpected},
		"defect":               {refuse(http.StatusInternalServerError, "internal"), history.Unexpected},
		"another conversation": {acknowledge("c2", "yes"), history.Unexpected},
	} {
		for seed := range uint64(4) {
			t.Run(fmt.Sprint(name, seed), func(t *testing.T) {
				t.Parallel()
				world, _ := answerWith(t, test.answer, done)
				client := drive.NewClient(world, "client", seed)
				client.Finish(context.Background(), place)
				attempts := client.Requests[0].Attempts
				if attempts[0].Outcome != test.want || attempts[0].Problem == "" {
					t.Errorf("the first attempt is %+v, want %s", attempts[0], test.want)
				}
			})
		}
	}
}

// TestAcknowledged: what was told is written down.
func TestAcknowledged(t *testing.T) {
	t.Parallel()
	var plain, streamed int
	for seed := range uint64(10) {
		world, got := answerWith(t, acknowledge("c1", "yes"))
		client := drive.NewClient(world, "client", seed)
		client.Finish(context.Background(), place)
		attempts := client.Requests[0].Attempts
		want := history.Attempt{Outcome: history.Acknowledged, Turn: 7, Reply: "yes", Replayed: true}
		want.Began, want.Ended = attempts[0].Began, attempts[0].Ended
		if len(attempts) != 1 || attempts[0] != want || want.Ended <= want.Began {
			t.Errorf("%+v", attempts)
		}
		if (*got)[0].Stream {
			streamed++
		} else {
			plain++
		}
		if (*got)[0].authorization != "Bearer the tenant's key" {
			t.Errorf("sent with %q", (*got)[0].authorization)
		}
	}
	if plain == 0 || streamed == 0 {
		t.Errorf("%d plain, %d streamed", plain, streamed)
	}
}

// TestStreamContradictsItself: what was streamed is the reply.
func TestStreamContradictsItself(t *testing.T) {
	t.Parallel()
	world, got := answerWith(t, acknowledge("c1", "no"))
	client := drive.NewClient(world, "client", 1)
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	client.Finish(ctx, place)
	for i, attempt := range client.Requests[0].Attempts {
		want := history.Acknowledged
		if (*got)[i].Stream {
			want = history.Unexpected
		}
		if attempt.Outcome != want {
			t.Errorf("attempt %d, streamed %t: %+v", i, (*got)[i].Stream, attempt)
		}
	}
}

// TestTriesAgain: with the same key and message, not before the host wants it.
func TestTriesAgain(t *testing.T) {
	t.Parallel()
	later := func(w http.ResponseWriter, s sent) {
		w.Header().Set("Retry-After", "1")
		refuse(http.StatusServiceUnavailable, "unavailable")(w, s)
	}
	world, got := answerWith(t, later, breakOff, acknowledge("c1", "yes"))
	client := drive.NewClient(world, "client", 2)
	client.Finish(context.Background(), place)
	request := client.Requests[0]
	// That a connection breaks off may be noticed by the HTTP client already,
	// which then tries again by itself.
	last := request.Attempts[len(request.Attempts)-1]
	if !request.MustSucceed || len(request.Attempts) < 2 || len(*got) != 3 || last.Outcome != history.Acknowledged {
		t.Fatalf("%d requests for %+v", len(*got), request.Attempts)
	}
	if pause := request.Attempts[1].Began - request.Attempts[0].Ended; pause < time.Second {
		t.Errorf("asked to wait 1 s, it waited %v", pause)
	}
	for _, s := range *got {
		if s.key != request.Key || s.Message != request.Text || s.ConversationID != "c1" {
			t.Errorf("sent %+v for %s, %s", s, request.Key, request.Text)
		}
	}
}

// TestRun: messages are told apart, also those of two clients.
func TestRun(t *testing.T) {
	t.Parallel()
	world, _ := answerWith(t, acknowledge("c1", "yes"))
	world.Places = []drive.Place{place}
	seen := make(map[string]bool)
	for _, name := range []string{"one", "two"} {
		begin, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
		client := drive.NewClient(world, name, 3)
		client.Run(context.Background(), begin)
		cancel()
		for _, request := range client.Requests {
			if seen[request.Text] || seen[request.Key] || len(request.Attempts) == 0 {
				t.Errorf("sent before, or not at all: %s, %s", request.Key, request.Text)
			}
			seen[request.Text], seen[request.Key] = true, true
		}
		if len(client.Requests) == 0 {
			t.Error("nothing was sent")
		}
	}
}
