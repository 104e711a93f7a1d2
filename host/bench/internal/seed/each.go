package seed

import (
	"context"
	"sync"
)

// each does something with all items, some at once, in their order. It stops at
// the first failure, and returns when all that began has ended.
func each[T any](ctx context.Context, items []T, atOnce int, do func(context.Context, T) error) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	queue := make(chan T)
	var working sync.WaitGroup
	for range min(atOnce, len(items)) {
		working.Go(func() {
			for item := range queue {
				if err := do(ctx, item); err != nil {
					stop(err)
				}
			}
		})
	}
	hand(ctx, items, queue)
	working.Wait()
	return context.Cause(ctx)
}

func hand[T any](ctx context.Context, items []T, queue chan<- T) {
	defer close(queue)
	for _, item := range items {
		select {
		case queue <- item:
		case <-ctx.Done():
			return
		}
	}
}
