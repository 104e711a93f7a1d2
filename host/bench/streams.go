//go:build linux

package main

import (
	"context"
	"fmt"
	"time"

	"github.com/bothost/bothost/host/bench/internal/figures"
	"github.com/bothost/bothost/host/bench/internal/load"
	"github.com/bothost/bothost/host/bench/internal/trial"
)

const (
	// pieceTime is the time from a piece of a stream to the next: 20 a second.
	pieceTime = 50 * time.Millisecond
	// beginnings is how many streams begin in a second: a turn's begin costs more
	// than the pieces that follow, and is not what is measured here.
	beginnings = 500
)

// streams listens to many replies at once.
func (b *bench) streams(ctx context.Context) error {
	if err := enoughFiles(b.options.streams); err != nil {
		return err
	}
	model, err := b.startModel(ctx, int(b.options.streamTime/pieceTime), pieceTime)
	if err != nil {
		return err
	}
	defer model.Stop()
	for _, on := range b.backends {
		settings := b.settings(partStreams, on)
		settings.ModelURL = model.URL
		host, err := b.startHost(ctx, on, settings)
		if err != nil {
			return err
		}
		progress("%s: %d streams of %v", host.subject.Name, b.options.streams, b.options.streamTime)
		row, err := b.listen(ctx, host, model.PID())
		host.program.Stop()
		if err != nil {
			return fmt.Errorf("%s: %w", on.name, err)
		}
		b.report.Streams = append(b.report.Streams, row)
	}
	return nil
}

// listen lets the streams run, and looks at what everything costs meanwhile.
func (b *bench) listen(ctx context.Context, host runningHost, model int) (streamRow, error) {
	var result load.StreamResult
	before, err := spentBy(model, host.program.PID())
	if err != nil {
		return streamRow{}, err
	}
	began := time.Now()
	peak, err := peakOf(ctx, host.program.PID(), func(ctx context.Context) (err error) {
		result, err = load.Streams(ctx, b.client, load.StreamSpec{
			Target: host.subject.Targets[trial.Streamed], Piece: "event: delta\n",
			Conversations: trial.Names("stream", b.options.streams), Ramp: time.Duration(b.options.streams) * time.Second / beginnings,
		})
		return err
	})
	if err != nil {
		return streamRow{}, err
	}
	elapsed := time.Since(began)
	after, err := spentBy(model, host.program.PID())
	if err != nil {
		return streamRow{}, err
	}
	row := newStreamRow(host.subject.Name, result)
	row.Memory = newMemoryRow(host.subject.Name, "streams", peak)
	row.PerSecond = float64(result.Pieces) / elapsed.Seconds()
	row.Programs = map[string]programCost{}
	for name, now := range after {
		spent := (now - before[name]).Seconds()
		row.Programs[name] = programCost{Cores: spent / elapsed.Seconds(), APiece: spent * 1e6 / float64(max(1, result.Pieces))}
	}
	return row, nil
}

func newStreamRow(subject string, result load.StreamResult) streamRow {
	row := streamRow{Subject: subject, Streams: len(result.Gaps) + result.Failed, Failed: result.Failed}
	if result.Failure != nil {
		row.Failure = result.Failure.Error()
	}
	quantile := func(times []time.Duration, q float64) float64 {
		value, _ := figures.Quantile(times, q)
		return float64(value) / float64(time.Millisecond)
	}
	row.FirstP50, row.FirstP99 = quantile(result.First, 0.5), quantile(result.First, 0.99)
	row.GapP50, row.GapMost = quantile(result.Gaps, 0.5), quantile(result.Gaps, 1)
	row.RateP50, _ = figures.Median(result.Rates)
	row.RateLeast, _ = figures.Quantile(result.Rates, 0)
	return row
}
