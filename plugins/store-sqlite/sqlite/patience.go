package sqlite

import (
	"context"
	"time"

	"github.com/bothost/bothost/plugins/store-sqlite/internal/engine"
)

const (
	// patience is how long a call waits for a lock that another process holds.
	patience = 10 * time.Second
	// The pauses between attempts to have it: short, since nobody keeps it long
	// and nobody tells when it is free.
	minPause = 500 * time.Microsecond
	maxPause = 10 * time.Millisecond
)

// patiently makes an attempt until it fails on no lock of others, for as long as
// a call waits.
func patiently(ctx context.Context, attempt func() error) error {
	return patientlyUntil(ctx, time.Now().Add(patience), attempt)
}

func patientlyUntil(ctx context.Context, giveUp time.Time, attempt func() error) error {
	for pause := minPause; ; pause = min(2*pause, maxPause) {
		err := attempt()
		if !engine.IsBusy(err) || time.Now().After(giveUp) {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause):
		}
	}
}
