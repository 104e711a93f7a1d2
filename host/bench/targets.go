//go:build linux

package main

import (
	"fmt"

	"github.com/bothost/bothost/host/bench/internal/trial"
)

// target is what a figure should be.
type target struct {
	Name string `json:"target"`
	// Limit is the most, or the least if IsLeast.
	Limit   float64 `json:"limit"`
	IsLeast bool    `json:"is_least,omitempty"`
	Unit    string  `json:"unit,omitempty"`
	// Measured is nil if it was not.
	Measured *float64 `json:"measured"`
	IsMet    bool     `json:"is_met"`
}

// atMost and atLeast make a target of a figure, if ok.
func atMost(limit float64, unit string, measured float64, ok bool, name string, values ...any) target {
	t := target{Name: fmt.Sprintf(name, values...), Limit: limit, Unit: unit}
	if ok {
		t.Measured, t.IsMet = &measured, measured <= limit
	}
	return t
}

func atLeast(limit float64, unit string, measured float64, ok bool, name string, values ...any) target {
	t := atMost(limit, unit, measured, ok, name, values...)
	t.IsLeast, t.IsMet = true, ok && measured >= limit
	return t
}

// targets states what was measured against what the project wants of itself. The
// times are meant for two cores, and those of a turn for replies of 50 pieces.
func targets(r report) []target {
	var all []target
	for _, limits := range []turnLimits{
		{on: sqliteName, plain: 800, streamed: 1600, plainToHop: 4.4, streamedToHop: 4.8},
		{on: postgresName, plain: 1000, streamed: 2000, plainToHop: 5.5, streamedToHop: 6},
	} {
		subject := "host, " + limits.on
		all = append(all, limits.targets(r, subject)...)
		all = append(all, memoryTargets(r, subject)...)
		all = append(all, lengthTargets(r, subject)...)
		all = append(all, tenantTargets(r, subject)...)
		all = append(all, streamTargets(r, subject)...)
	}
	return append(all, startTarget(r))
}

// turnLimits are what a turn may cost with a store: processor time in microseconds,
// and relative to a hop's.
type turnLimits struct {
	on                        string
	plain, streamed           float64
	plainToHop, streamedToHop float64
}

// addedLimit is what a turn may add to the direct call on PostgreSQL, in ms.
const addedLimit = 2

func (l turnLimits) targets(r report, subject string) []target {
	plain, isPlain := r.level(subject, trial.Plain, 16)
	streamed, isStreamed := r.level(subject, trial.Streamed, 16)
	// A host always listens to a model that streams, and so does a hop that
	// collects.
	_, isCollecting := r.level(collectedName, trial.Plain, 16)
	all := []target{
		atMost(l.plain, "us", plain.CPU, isPlain, "%s, 16 at once: CPU of a plain turn", subject),
		atMost(l.streamed, "us", streamed.CPU, isStreamed, "%s, 16 at once: CPU of a streamed turn", subject),
		atMost(l.plainToHop, "x", plain.CPUToCollecting, isPlain && isCollecting, "%s, 16 at once: CPU of a plain turn over a collecting hop's", subject),
		atMost(l.streamedToHop, "x", streamed.CPUToHop, isStreamed, "%s, 16 at once: CPU of a streamed turn over a hop's", subject),
		atLeast(1000, "/s", plain.PerSecond, isPlain, "%s, 16 at once: plain turns", subject),
		atLeast(450, "/s", streamed.PerSecond, isStreamed, "%s, 16 at once: streamed turns", subject),
	}
	if l.on == postgresName {
		one, ok := r.level(subject, trial.Plain, 1)
		all = append(all, atMost(addedLimit, "ms", one.Added, ok, "%s, one conversation: what a turn adds to the direct call, p50", subject))
	}
	return all
}

func memoryTargets(r report, subject string) []target {
	for _, row := range r.Memory {
		if row.Subject == subject && row.When == underLoad {
			return []target{atMost(150, "MiB", row.RSS, true, "%s, %s: memory of host and plugins, RSS", subject, underLoad)}
		}
	}
	return []target{atMost(150, "MiB", 0, false, "%s, %s: memory of host and plugins, RSS", subject, underLoad)}
}

const longest = 100_000

func lengthTargets(r report, subject string) []target {
	var long trial.LengthRow
	var hasLong, hasBase bool
	for _, row := range r.Lengths {
		if row.Subject != subject {
			continue
		}
		if row.Messages == longest {
			long, hasLong = row, true
		}
		hasBase = hasBase || row.Messages == baseMessages
	}
	ok := hasLong && hasBase
	const limit, name = 1.2, "%s, turn at %d messages over one at %d: %s"
	return []target{
		atMost(limit, "x", long.P50ToBase, ok, name, subject, longest, baseMessages, "time"),
		atMost(limit, "x", long.CPUToBase, ok, name, subject, longest, baseMessages, "CPU"),
		atMost(limit, "x", long.WrittenToBase, ok, name, subject, longest, baseMessages, "bytes written"),
	}
}

const most = 100_000

func tenantTargets(r report, subject string) []target {
	var row tenantRow
	ok := false
	for _, candidate := range r.Tenants {
		if candidate.Subject == subject && candidate.Tenants == most {
			row, ok = candidate, true
		}
	}
	return []target{
		atMost(1000, "ms", row.Start, ok, "%s, %d tenants: start", subject, most),
		atMost(5, "ms", row.ColdAdded, ok, "%s, %d tenants: what a cold bot adds to a first turn, p50", subject, most),
		atMost(20, "KiB", max(row.HeapPerBot, row.RSSPerBot), ok && row.Cached == mostCached, "%s, %d tenants: each of %d cached bots", subject, most, mostCached),
	}
}

func streamTargets(r report, subject string) []target {
	var row streamRow
	ok := false
	for _, candidate := range r.Streams {
		if candidate.Subject == subject && candidate.Streams >= 2000 {
			row, ok = candidate, true
		}
	}
	const name = "%s, 2000 streams: %s"
	return []target{
		atMost(0, "", float64(row.Failed), ok, name, subject, "errors"),
		atMost(1000, "ms", row.GapMost, ok, name, subject, "longest gap"),
		atLeast(19, "/s", row.RateP50, ok, name, subject, "pieces of a stream, median"),
		atMost(1024, "MiB", row.Memory.RSS, ok, name, subject, "memory of host and plugins, RSS"),
	}
}

// startTarget is about the plugin that takes the longest.
func startTarget(r report) target {
	var slowest float64
	if r.Boundary != nil {
		for _, row := range r.Boundary.Starts {
			slowest = max(slowest, row.ReplyToAlone)
		}
	}
	return atMost(2, "x", slowest, slowest > 0, "any plugin: its first reply over fork and exec of its file alone")
}

// level finds what was measured of a subject with so many conversations at once.
func (r report) level(subject string, form trial.Form, conversations int) (trial.Row, bool) {
	for _, row := range r.Levels {
		if row.Subject == subject && row.Form == form && row.Conversations == conversations {
			return row, true
		}
	}
	return trial.Row{}, false
}
