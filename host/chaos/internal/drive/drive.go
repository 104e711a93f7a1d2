// Package drive is the clients of a chaos run: they send messages, try again
// with the same idempotency key as an API's user should, and write down every
// attempt and its answer.
//
// A client is one goroutine's; what it wrote down is read when it has ended.
package drive

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"time"

	"github.com/bothost/bothost/host/chaos/internal/history"
)

// Place is a conversation and the key that opens it.
type Place struct {
	history.Place
	Key string
}

// World is what clients share. It is not changed while they run.
type World struct {
	Places []Place
	// URLs are where the instances are.
	URLs []string
	// Elapsed tells the run's time.
	Elapsed func() time.Duration
	HTTP    *http.Client
}

// Client sends one message after the other.
type Client struct {
	world  *World
	name   string
	random *rand.Rand
	sent   int
	// Requests are all messages that it sent.
	Requests []history.Request
}

// NewClient makes a client, whose choices follow from the seed.
func NewClient(world *World, name string, seed uint64) *Client {
	return &Client{world: world, name: name, random: rand.New(rand.NewPCG(seed, 2))}
}

// Run begins messages to random conversations until begin ends, and tries those
// that are not answered by then until ctx ends.
func (c *Client) Run(ctx, begin context.Context) {
	for begin.Err() == nil {
		place := c.world.Places[c.random.IntN(len(c.world.Places))]
		c.send(ctx, c.message(place), place)
	}
}

// Finish sends a message to one conversation, to which nothing is in the way any
// more.
func (c *Client) Finish(ctx context.Context, place Place) {
	request := c.message(place)
	request.MustSucceed = true
	for !isAnswered(request) {
		retryAfter := c.attempt(ctx, request, place, call{instance: c.instance(), isStreamed: c.chance(2), timeout: patience})
		if isAnswered(request) || !c.wait(ctx, retryAfter) {
			break
		}
	}
	c.Requests = append(c.Requests, *request)
}

// message makes one that is different from all others.
func (c *Client) message(place Place) *history.Request {
	c.sent++
	key := fmt.Sprintf("%s-%d", c.name, c.sent)
	return &history.Request{Place: place.Place, Key: key, Text: fmt.Sprintf("[%s %s]", place.Place, key)}
}

// chance is true once in n times.
func (c *Client) chance(n int) bool { return c.random.IntN(n) == 0 }

func (c *Client) instance() int { return c.random.IntN(len(c.world.URLs)) }

func isAnswered(request *history.Request) bool {
	for _, attempt := range request.Attempts {
		if attempt.Outcome == history.Acknowledged {
			return true
		}
	}
	return false
}
