package echo

import (
	"context"
	"fmt"
	"time"
)

func pieces(text string, options Options) []string {
	if options.Chunks > 0 {
		return evenly(text, options.Chunks)
	}
	return words(text)
}

// tell emits the pieces, with a pause before each but the first.
func tell(ctx context.Context, pieces []string, between time.Duration, emit func(string) error) error {
	pause := time.Duration(0)
	for i, piece := range pieces {
		if err := wait(ctx, pause); err != nil {
			return err
		}
		if err := emit(piece); err != nil {
			return fmt.Errorf("llm-echo: emit piece %d: %w", i+1, err)
		}
		pause = between
	}
	return nil
}

// wait returns after the pause, or with ctx's error as soon as ctx is done.
func wait(ctx context.Context, pause time.Duration) error {
	if pause <= 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
