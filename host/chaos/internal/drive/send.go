package drive

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/bothost/bothost/host/chaos/internal/history"
)

// patience is the longest that a client waits for an answer.
const patience = 15 * time.Second

// call is one attempt's circumstances.
type call struct {
	instance   int
	isStreamed bool
	timeout    time.Duration
}

// send sends a message until it is answered. Some are given up after a failure;
// some are sent to two instances at once, or again after the answer.
func (c *Client) send(ctx context.Context, request *history.Request, place Place) {
	for ctx.Err() == nil {
		retryAfter := c.round(ctx, request, place)
		if isAnswered(request) || c.chance(20) || !c.wait(ctx, retryAfter) {
			break
		}
	}
	if isAnswered(request) && c.chance(8) {
		c.attempt(ctx, request, place, c.call())
	}
	if len(request.Attempts) > 0 {
		c.Requests = append(c.Requests, *request)
	}
}

// round makes one attempt, or two at once.
func (c *Client) round(ctx context.Context, request *history.Request, place Place) (retryAfter time.Duration) {
	if !c.chance(20) {
		return c.attempt(ctx, request, place, c.call())
	}
	var both sync.WaitGroup
	copies := [2]history.Request{*request, *request}
	for i := range copies {
		copies[i].Attempts = nil
		call := c.call()
		both.Go(func() { c.attempt(ctx, &copies[i], place, call) })
	}
	both.Wait()
	request.Attempts = slices.Concat(request.Attempts, copies[0].Attempts, copies[1].Attempts)
	return 0
}

// call draws an attempt's circumstances. Some clients leave early, some wait for
// longer than anything takes.
func (c *Client) call() call {
	timeout := 4 * time.Second
	switch {
	case c.chance(20):
		timeout = time.Duration(c.random.IntN(int(100 * time.Millisecond)))
	case c.chance(10):
		timeout = patience
	}
	return call{instance: c.instance(), isStreamed: c.chance(2), timeout: timeout}
}

// attempt sends the message once and writes down what came of it. It tells how
// long the host wants to be left alone.
func (c *Client) attempt(ctx context.Context, request *history.Request, place Place, how call) time.Duration {
	attempt := history.Attempt{Instance: how.instance, Began: c.world.Elapsed()}
	limited, cancel := context.WithTimeout(ctx, how.timeout)
	defer cancel()
	reply, err := c.ask(limited, request, place, how)
	attempt.Ended = c.world.Elapsed()
	if err == nil {
		attempt.Outcome, attempt.Turn, attempt.Reply, attempt.Replayed = history.Acknowledged, reply.Turn, reply.Text, reply.Replayed
		request.Attempts = append(request.Attempts, attempt)
		return 0
	}
	outcome, retryAfter := judge(err)
	attempt.Outcome, attempt.Problem = outcome, err.Error()
	request.Attempts = append(request.Attempts, attempt)
	return retryAfter
}

// wait makes a pause before another attempt; false means that there is no time
// for one.
func (c *Client) wait(ctx context.Context, retryAfter time.Duration) bool {
	pause := max(retryAfter, time.Duration(20+c.random.IntN(180))*time.Millisecond)
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
