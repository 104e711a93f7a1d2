//go:build linux

package main

import (
	"fmt"
	"slices"
	"time"

	"github.com/bothost/bothost/host/chaos/internal/history"
)

// figures are what a run did.
type figures struct {
	messages, acknowledged, attempts, refused, unknown, replayed int
	// latencies are from a message's first attempt to its acknowledgement, in
	// order; recoveries those of the messages after the last fault.
	latencies, recoveries []time.Duration
}

func (r *result) count() figures {
	var f figures
	for i := range r.history.Requests {
		request := &r.history.Requests[i]
		f.messages++
		f.attempts += len(request.Attempts)
		f.addOutcomes(request)
	}
	slices.Sort(f.latencies)
	slices.Sort(f.recoveries)
	return f
}

func (f *figures) addOutcomes(request *history.Request) {
	isAcknowledged := false
	for _, attempt := range request.Attempts {
		switch attempt.Outcome {
		case history.Acknowledged:
			if attempt.Replayed {
				f.replayed++
			}
			if !isAcknowledged {
				f.addLatency(request, attempt)
			}
			isAcknowledged = true
		case history.Refused:
			f.refused++
		case history.Unknown:
			f.unknown++
		}
	}
}

func (f *figures) addLatency(request *history.Request, attempt history.Attempt) {
	f.acknowledged++
	latency := attempt.Ended - request.Attempts[0].Began
	if request.MustSucceed {
		f.recoveries = append(f.recoveries, latency)
	} else {
		f.latencies = append(f.latencies, latency)
	}
}

// describe tells what times are like that are in order.
func describe(times []time.Duration) string {
	n := len(times)
	if n == 0 {
		return "none"
	}
	return fmt.Sprintf("p50 %v, p99 %v, at most %v", times[n/2].Round(time.Millisecond),
		times[n*99/100].Round(time.Millisecond), times[n-1].Round(time.Millisecond))
}
