package trial

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/bothost/bothost/host/bench/internal/load"
)

// FirstReply makes one turn and gives the time from when the subject was started
// to the last byte of the answer.
func FirstReply(ctx context.Context, client *http.Client, target load.Target, began time.Time) (time.Duration, error) {
	result, err := load.Run(ctx, client, load.Spec{Target: target, Conversations: []string{"first"}, Turns: 1})
	if err != nil {
		return 0, err
	}
	if result.Failed > 0 {
		return 0, fmt.Errorf("the first turn: %w", result.Failure)
	}
	return time.Since(began), nil
}
