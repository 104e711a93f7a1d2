//go:build linux

package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/bothost/bothost/host/bench/internal/birth"
	"github.com/bothost/bothost/host/bench/internal/trial"
)

// good is a report that meets every target of SQLite, just so.
func good() report {
	const subject = "host, SQLite"
	level := func(subject string, form trial.Form, sample trial.Sample) trial.Row {
		return trial.Row{Subject: subject, Form: form, Conversations: 16, Sample: sample, CPUToHop: 4.8, CPUToCollecting: 4.4}
	}
	return report{
		Levels: []trial.Row{
			level(collectedName, trial.Plain, trial.Sample{}),
			level(subject, trial.Plain, trial.Sample{CPU: 800, PerSecond: 1000}),
			level(subject, trial.Streamed, trial.Sample{CPU: 1600, PerSecond: 450}),
		},
		Memory: []memoryRow{{Subject: subject, When: "idle", RSS: 900}, {Subject: subject, When: underLoad, RSS: 150}},
		Lengths: []trial.LengthRow{
			{Subject: subject, Messages: 20}, {Subject: subject, Messages: 100_000, P50ToBase: 1.2, CPUToBase: 1.2, WrittenToBase: 1.2},
		},
		Tenants:  []tenantRow{{Subject: subject, Tenants: 100_000, Start: 1000, ColdAdded: 5, Cached: 1000, HeapPerBot: 20, RSSPerBot: 20}},
		Boundary: &boundary{Starts: []birth.Row{{ReplyToAlone: 1}, {ReplyToAlone: 2}}},
		Streams:  []streamRow{{Subject: subject, Streams: 2000, GapMost: 1000, RateP50: 19, Memory: memoryRow{RSS: 1024}}},
	}
}

// missed gives the names of the targets that were measured and missed, and how
// many were measured.
func missed(r report) (names []string, measured int) {
	for _, target := range targets(r) {
		if target.Measured != nil {
			measured++
			if !target.IsMet {
				names = append(names, target.Name)
			}
		} else if target.IsMet {
			names = append(names, "met unmeasured: "+target.Name)
		}
	}
	return names, measured
}

// ofSQLite counts those of SQLite, and the one of plugins.
const ofSQLite = 18

func TestTargets(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		change   func(*report)
		missed   string
		measured int
	}{
		"met":                 {func(*report) {}, "", ofSQLite},
		"plain CPU":           {func(r *report) { r.Levels[1].CPU++ }, "16 at once: CPU of a plain turn", ofSQLite},
		"streamed CPU":        {func(r *report) { r.Levels[2].CPU++ }, "16 at once: CPU of a streamed turn", ofSQLite},
		"over the hop":        {func(r *report) { r.Levels[2].CPUToHop++ }, "over a hop's", ofSQLite},
		"over collecting":     {func(r *report) { r.Levels[1].CPUToCollecting++ }, "over a collecting hop's", ofSQLite},
		"plain turns":         {func(r *report) { r.Levels[1].PerSecond-- }, "plain turns", ofSQLite},
		"streamed turns":      {func(r *report) { r.Levels[2].PerSecond-- }, "streamed turns", ofSQLite},
		"memory":              {func(r *report) { r.Memory[1].RSS++ }, "16 at once: memory", ofSQLite},
		"long, time":          {func(r *report) { r.Lengths[1].P50ToBase++ }, ": time", ofSQLite},
		"long, CPU":           {func(r *report) { r.Lengths[1].CPUToBase++ }, ": CPU", ofSQLite},
		"long, bytes":         {func(r *report) { r.Lengths[1].WrittenToBase++ }, "bytes written", ofSQLite},
		"long, of short only": {func(r *report) { r.Lengths[0].Messages = 10 }, "", ofSQLite - 3},
		"start":               {func(r *report) { r.Tenants[0].Start++ }, "start", ofSQLite},
		"cold bot":            {func(r *report) { r.Tenants[0].ColdAdded++ }, "cold bot", ofSQLite},
		"cached, heap":        {func(r *report) { r.Tenants[0].HeapPerBot++ }, "cached bots", ofSQLite},
		"cached, resident":    {func(r *report) { r.Tenants[0].RSSPerBot++ }, "cached bots", ofSQLite},
		"few cached":          {func(r *report) { r.Tenants[0].Cached-- }, "", ofSQLite - 1},
		"few tenants":         {func(r *report) { r.Tenants[0].Tenants-- }, "", ofSQLite - 3},
		"stream errors":       {func(r *report) { r.Streams[0].Failed++ }, "errors", ofSQLite},
		"stream gap":          {func(r *report) { r.Streams[0].GapMost++ }, "longest gap", ofSQLite},
		"stream rate":         {func(r *report) { r.Streams[0].RateP50-- }, "pieces of a stream", ofSQLite},
		"stream memory":       {func(r *report) { r.Streams[0].Memory.RSS++ }, "2000 streams: memory", ofSQLite},
		"few streams":         {func(r *report) { r.Streams[0].Streams-- }, "", ofSQLite - 4},
		"first reply":         {func(r *report) { r.Boundary.Starts[1].ReplyToAlone++ }, "first reply over fork", ofSQLite},
		"nothing":             {func(r *report) { *r = report{} }, "", 0},
	} {
		r := good()
		test.change(&r)
		got, measured := missed(r)
		if measured != test.measured || (test.missed == "") != (len(got) == 0) || len(got) > 1 || len(got) == 1 && !strings.Contains(got[0], test.missed) {
			t.Errorf("%s: %d measured, missed %q, want %d and %q", name, measured, got, test.measured, test.missed)
		}
	}
}

func TestPrint(t *testing.T) {
	t.Parallel()
	r := good()
	r.Levels[2].CPU = 1601
	r.Targets = targets(r)
	var out bytes.Buffer
	if err := r.print(&out); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"Turns:", "Length:", "Tenants:", "Streams:", "Boundary:", "Starts of plugins:", "at most 800 us", "1601 us", "at least 1000 /s", "MISSED", "met",
		"Targets that were not measured: 18 of 36",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("there is no %q in\n%s", want, out.String())
		}
	}
	if strings.Contains(out.String(), "Cold start") {
		t.Error("it tells of what was not measured")
	}
}
