package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"sync"
	"testing"
	"time"
)

// patience is how long a caller waits before it says that the host hangs.
const patience = time.Minute

// callers speak at the same time, each in a conversation of its own, one turn after
// the other, and remember what they were told.
type callers struct {
	t       *testing.T
	all     []*caller
	client  *http.Client
	stop    chan struct{}
	running sync.WaitGroup
}

// caller asks under an idempotency key, and again if that fails.
type caller struct {
	api                  *api
	tenant, conversation string
	isStreamed           bool

	mutex sync.Mutex
	told  []told
	// judged is how many of them have been.
	judged int
	// unread are the failures of reading, until they are judged.
	unread []told
}

// call has many callers speak to the tenants until they are told to stop.
func call(t *testing.T, s *site, number int, tenants ...string) *callers {
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: number}}
	c := &callers{t: t, client: client, stop: make(chan struct{})}
	for i := range number {
		one := &caller{
			api:    &api{t: t, url: s.server.URL, client: client},
			tenant: tenants[i%len(tenants)], conversation: fmt.Sprint("c", i), isStreamed: i/len(tenants)%2 == 1,
		}
		c.all = append(c.all, one)
		c.running.Go(func() { one.speak(c.stop) })
	}
	return c
}

// hangUp lets every caller finish its turn.
func (c *callers) hangUp() {
	close(c.stop)
	c.running.Wait()
	c.client.CloseIdleConnections()
}

func (c *caller) speak(stop <-chan struct{}) {
	for message := 0; ; message++ {
		text := fmt.Sprint("message ", message, " of ", c.conversation)
		for attempt := c.ask(text); attempt.failure != ""; attempt = c.ask(text) {
			select {
			case <-time.After(100 * time.Millisecond):
			case <-stop:
				return
			}
		}
		if message%8 == 0 {
			c.look()
		}
		select {
		case <-stop:
			return
		default:
		}
	}
}

// look reads the beginning of the conversation.
func (c *caller) look() {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	attempt := told{text: "(to read)"}
	response, err := c.api.try(ctx, http.MethodGet, "/v1/conversations/"+c.conversation+"/messages?limit=2", nil, "X-Tenant", c.tenant)
	switch {
	case err != nil:
		attempt.failure, attempt.wrong = err.Error(), noAnswer
	case response.status != http.StatusOK:
		attempt.fail(response.body, response.header)
	default:
		return
	}
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.unread = append(c.unread, attempt)
}

// ask makes one attempt at a turn.
func (c *caller) ask(text string) told {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	attempt := told{text: text}
	if err := c.exchange(ctx, &attempt); err != nil {
		attempt.failure, attempt.wrong = err.Error(), noAnswer
	}
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.told = append(c.told, attempt)
	return attempt
}

func (c *caller) exchange(ctx context.Context, attempt *told) error {
	request, err := c.api.request(ctx, http.MethodPost, "/v1/chat",
		object{"message": attempt.text, "conversation_id": c.conversation, "stream": c.isStreamed},
		"X-Tenant", c.tenant, "Idempotency-Key", attempt.text)
	if err != nil {
		return err
	}
	response, err := c.api.client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode == http.StatusOK && c.isStreamed {
		return attempt.listen(response.Body)
	}
	raw, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	var body object
	if err := json.Unmarshal(raw, &body); err != nil {
		return fmt.Errorf("%w: %s", err, raw)
	}
	if response.StatusCode == http.StatusOK {
		attempt.done(body)
	} else {
		attempt.fail(body, response.Header)
	}
	return nil
}

// answered waits until everybody has had an answer to what was asked after the call.
func (c *callers) answered() {
	c.t.Helper()
	before := make([]int, len(c.all))
	for i, one := range c.all {
		before[i] = one.attempts()
	}
	for i, one := range c.all {
		// What was asked before the call is answered first.
		for began := time.Now(); one.attempts() < before[i]+2; time.Sleep(20 * time.Millisecond) {
			if time.Since(began) > 2*patience {
				c.t.Fatalf("%s is not answered any more", one.conversation)
			}
		}
	}
}

func (c *caller) attempts() int {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return len(c.told)
}
