package drive

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/bothost/bothost/host/apiclient"
	"github.com/bothost/bothost/host/chaos/internal/history"
)

// ask sends a message to an instance. The answer must be of the conversation,
// and a stream's pieces must be the reply.
func (c *Client) ask(ctx context.Context, request *history.Request, place Place, how call) (apiclient.Reply, error) {
	client := apiclient.Client{URL: c.world.URLs[how.instance], Key: place.Key, HTTP: c.world.HTTP}
	m := apiclient.Message{Text: request.Text, ConversationID: place.Conversation, IdempotencyKey: request.Key}
	if !how.isStreamed {
		reply, err := client.Chat(ctx, m)
		return reply, errors.Join(err, contradiction(err, reply.ConversationID, place.Conversation))
	}
	var heard strings.Builder
	reply, err := client.ChatStream(ctx, m, apiclient.Observer{
		Delta: func(text string) error {
			heard.WriteString(text)
			return nil
		},
	})
	return reply, errors.Join(err, contradiction(err, reply.ConversationID, place.Conversation), contradiction(err, heard.String(), reply.Text))
}

// contradictionError is an answer that contradicts itself or the question.
type contradictionError struct{ got, want string }

func (e contradictionError) Error() string {
	return fmt.Sprintf("the answer contradicts itself: %q, and %q", e.got, e.want)
}

func contradiction(err error, got, want string) error {
	if err != nil || got == want {
		return nil
	}
	return contradictionError{got, want}
}

// judge says what an error means for the turn, and when to try again.
func judge(err error) (outcome history.Outcome, retryAfter time.Duration) {
	if errors.As(err, new(contradictionError)) {
		return history.Unexpected, 0
	}
	refused, ok := errors.AsType[*apiclient.Error](err)
	if !ok || refused.Code == "" {
		return history.Unknown, 0
	}
	switch refused.Status {
	case http.StatusConflict, http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return history.Refused, refused.RetryAfter
	}
	return history.Unexpected, 0
}
