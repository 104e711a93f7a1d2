//go:build unix

package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/bothost/bothost/host/apiclient"
)

// giveUp is how long a turn is tried for. Nothing here takes so long: a
// conversation whose instance was killed is free after 15 s at most.
const giveUp = 90 * time.Second

// speaker is one of those who talk in a conversation: a well-behaved client.
type speaker struct {
	tenant       tenant
	conversation string
	number       int
	client       apiclient.Client

	// acknowledged has the turns that were answered, in the order of the answers.
	acknowledged []spoken
	// failures counts attempts that failed, by what was answered.
	failures map[string]int
	longest  time.Duration
	// stuck is why the speaker went silent before it was asked to.
	stuck error
}

// spoken is a turn that the speaker was told is done.
type spoken struct {
	text  string
	reply apiclient.Reply
}

// talk says one thing after the other until it is to end. What was begun then is
// brought to its end.
func (s *speaker) talk(ctx context.Context, end <-chan struct{}) {
	for n := 1; s.stuck == nil; n++ {
		select {
		case <-end:
			return
		default:
			s.say(ctx, n)
		}
	}
}

// say sends one message until it is answered. Each attempt has the same
// Idempotency-Key, so that the turn happens once however often it is sent.
func (s *speaker) say(ctx context.Context, n int) {
	text := fmt.Sprintf("I am speaker %d of %s at %s, and this is message %d.", s.number, s.conversation, s.tenant.name, n)
	m := apiclient.Message{
		Text: text, ConversationID: s.conversation, IdempotencyKey: fmt.Sprintf("speaker-%d-%d", s.number, n),
	}
	// Each fifth answer is lost on its way, as far as the host can tell.
	isLost := n%5 == 0
	began := time.Now()
	for {
		reply, err := s.attempt(ctx, m, n%2 == 0)
		if err == nil && isLost {
			isLost = false
			continue
		}
		if err == nil {
			s.acknowledged = append(s.acknowledged, spoken{text, reply})
			s.longest = max(s.longest, time.Since(began))
			return
		}
		s.failures[name(err)]++
		if !isWorthRepeating(err) || time.Since(began) > giveUp {
			s.stuck = fmt.Errorf("%q was not answered in %v: %w", text, time.Since(began).Round(time.Second), err)
			return
		}
		select {
		case <-ctx.Done():
			s.stuck = ctx.Err()
			return
		case <-time.After(pause(err)):
		}
	}
}

func (s *speaker) attempt(ctx context.Context, m apiclient.Message, stream bool) (apiclient.Reply, error) {
	ctx, cancel := context.WithTimeout(ctx, giveUp)
	defer cancel()
	if stream {
		return s.client.ChatStream(ctx, m, apiclient.Observer{})
	}
	return s.client.Chat(ctx, m)
}

// isWorthRepeating reports whether a later attempt may succeed: there was no
// answer, or none but that of the load balancer, or one that says so.
func isWorthRepeating(err error) bool {
	refused, ok := errors.AsType[*apiclient.Error](err)
	switch {
	case !ok, refused.Status >= http.StatusInternalServerError, refused.Status == http.StatusTooManyRequests:
		return true
	}
	return refused.Code == "turn_in_progress" || refused.Code == "turn_superseded"
}

// pause is how long to wait before another attempt: as long as the host says.
func pause(err error) time.Duration {
	if refused, ok := errors.AsType[*apiclient.Error](err); ok && refused.RetryAfter > 0 {
		return refused.RetryAfter
	}
	return 100 * time.Millisecond
}

// name is what failures are counted by.
func name(err error) string {
	refused, ok := errors.AsType[*apiclient.Error](err)
	switch {
	case !ok:
		return "the connection or the stream broke"
	case refused.Code == "":
		return strconv.Itoa(refused.Status) + " of the load balancer"
	}
	return strconv.Itoa(refused.Status) + " " + refused.Code
}
