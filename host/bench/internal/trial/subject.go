// Package trial measures subjects against each other. What is compared is
// measured in alternating rounds, and every ratio is the median of the ratios of
// the rounds, so that a machine that others use too slows both sides.
package trial

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/bothost/bothost/host/bench/internal/figures"
	"github.com/bothost/bothost/host/bench/internal/load"
	"github.com/bothost/bothost/host/bench/internal/proc"
)

// Form is how a client wants its answer.
type Form string

const (
	// Plain is the whole answer at once.
	Plain Form = "plain"
	// Streamed is the answer as it comes.
	Streamed Form = "streamed"
)

// Subject is what is measured.
type Subject struct {
	Name string
	// Targets are the forms that it has.
	Targets map[Form]load.Target
	// PID is the process whose cost counts, with all its descendants; 0 if
	// none does.
	PID int
	// Written gives how many bytes its store has made the disk write so far; nil
	// if nobody knows. It is asked where turns are made one at a time.
	Written func(context.Context) (int64, error)
}

// Sample is one measurement.
type Sample struct {
	Turns     int     `json:"turns"`
	Failed    int     `json:"failed"`
	PerSecond float64 `json:"turns_per_second"`
	// P50 and P99 are the time from request to last byte.
	P50 float64 `json:"p50_ms"`
	P99 float64 `json:"p99_ms"`
	// CPU is user and system time a turn, in microseconds; CPUOf shares it out
	// among the programs.
	CPU   float64            `json:"cpu_us_per_turn,omitempty"`
	CPUOf map[string]float64 `json:"cpu_us_per_turn_of,omitempty"`
	// Written is what the disk had to write for a turn.
	Written float64 `json:"written_bytes_per_turn,omitempty"`
}

// measure loads a subject once. It fails if no turn at all was answered.
func measure(ctx context.Context, client *http.Client, s Subject, spec load.Spec) (Sample, error) {
	before, err := s.usage()
	if err != nil {
		return Sample{}, err
	}
	result, err := load.Run(ctx, client, spec)
	if err != nil {
		return Sample{}, fmt.Errorf("%s: %w", s.Name, err)
	}
	if len(result.Latencies) == 0 {
		return Sample{}, fmt.Errorf("%s: no turn was answered: %w", s.Name, result.Failure)
	}
	sample := newSample(result)
	after, err := s.usage()
	if err != nil {
		return Sample{}, err
	}
	spent, err := after.Since(before)
	if err != nil {
		return Sample{}, fmt.Errorf("%s: %w", s.Name, err)
	}
	sample.spend(spent)
	return sample, nil
}

// usage is nothing for a subject whose cost does not count.
func (s Subject) usage() (proc.Usage, error) {
	if s.PID == 0 {
		return proc.Usage{}, nil
	}
	usage, err := proc.Tree(s.PID)
	if err != nil {
		return usage, fmt.Errorf("%s: %w", s.Name, err)
	}
	return usage, nil
}

// spend notes what the turns have cost.
func (s *Sample) spend(spent proc.Usage) {
	aTurn := func(time time.Duration) float64 { return microseconds(time) / float64(s.Turns+s.Failed) }
	s.CPU = aTurn(spent.CPU)
	for name, time := range spent.ByName {
		if s.CPUOf == nil {
			s.CPUOf = map[string]float64{}
		}
		s.CPUOf[name] = aTurn(time)
	}
}

func newSample(result load.Result) Sample {
	sample := Sample{Turns: len(result.Latencies), Failed: result.Failed, PerSecond: result.PerSecond()}
	// There is at least one.
	p50, _ := figures.Quantile(result.Latencies, 0.50)
	p99, _ := figures.Quantile(result.Latencies, 0.99)
	sample.P50, sample.P99 = milliseconds(p50), milliseconds(p99)
	return sample
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

func microseconds(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) }
