package plugintest

import (
	"fmt"
	"slices"
	"strings"

	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/memory"
	"github.com/bothost/bothost/sdk/message"
	"github.com/bothost/bothost/sdk/store"
)

func (c *corner) wantOutcome(request store.BeginTurn, want store.BeginOutcome) {
	c.Helper()
	if got := show(c.begin(request)); got != show(want) {
		c.differ("begin turn", got, show(want))
	}
}

// history is the window that a next turn would get. It takes a turn to learn,
// which is failed again.
func (c *corner) history(conversation string, window memory.Window) string {
	c.Helper()
	request := c.request(conversation, "what was said?")
	request.Window = window
	begun := c.begun(request)
	c.fail(request, store.Failed)
	return showMessages(begun.History)
}

func (c *corner) wantHistory(conversation string, window memory.Window, want ...message.Message) {
	c.Helper()
	if got := c.history(conversation, window); got != showMessages(want) {
		c.differ(fmt.Sprintf("window of %d messages and %d bytes", window.MaxMessages, window.MaxBytes), got, showMessages(want))
	}
}

// differ marks the case as failed, with both texts.
func (c *corner) differ(what, got, want string) {
	c.Helper()
	got, want = apart(got, want)
	c.Errorf("%s:\n got %s\nwant %s", what, got, want)
}

// transcript is the conversation as readers see it: a line for each message.
func (c *corner) transcript(conversation string) []string {
	c.Helper()
	return transcriptOf(c.messages(conversation, 200))
}

func transcriptOf(messages []store.StoredMessage) []string {
	var lines []string
	for _, m := range messages {
		lines = append(lines, fmt.Sprintf("%d.%d %s %s", m.Turn, m.Index, m.Status, showMessage(m.Message)))
	}
	return lines
}

func (c *corner) wantTranscript(conversation string, want ...string) {
	c.Helper()
	if got := c.transcript(conversation); !slices.Equal(got, want) {
		c.Errorf("transcript:\n got %s\nwant %s", strings.Join(got, "\n     "), strings.Join(want, "\n     "))
	}
}

// messages reads a transcript to its end, in pages.
func (c *corner) messages(conversation string, limit int) []store.StoredMessage {
	c.Helper()
	return readPages(c.T, func(after string) (store.Page[store.StoredMessage], error) {
		return c.store.ListMessages(c.Context(), store.ListMessages{
			Scope: c.scope(conversation), Limit: limit, After: after,
		})
	}, limit)
}

// wantSuperseded checks that a token is not accepted any more.
func (c *corner) wantSuperseded(request store.BeginTurn) {
	c.Helper()
	commit := replyTo(request, "too late")
	commit.State = &memory.State{Plugin: "memory", Data: []byte("too late")}
	_, err := c.store.CommitTurn(c.Context(), commit)
	wantReason(c.T, err, fault.TurnSuperseded, "commit with a token that is not pending")
	err = c.store.FailTurn(c.Context(), failureOf(request, store.Failed))
	wantReason(c.T, err, fault.TurnSuperseded, "fail with a token that is not pending")
}
