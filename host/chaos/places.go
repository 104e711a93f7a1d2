//go:build linux

package main

import (
	"slices"

	"github.com/bothost/bothost/host/chaos/internal/history"
)

// with adds a place that is not there yet, to a copy.
func with(places []history.Place, place history.Place) []history.Place {
	if slices.Contains(places, place) {
		return places
	}
	return append(slices.Clone(places), place)
}

// withEmpty adds transcripts without messages for places that none is of.
func withEmpty(transcripts []history.Transcript, places []history.Place) []history.Transcript {
	for _, place := range places {
		if !slices.ContainsFunc(transcripts, func(t history.Transcript) bool { return t.Place == place }) {
			transcripts = append(transcripts, history.Transcript{Place: place, Reader: "the database"})
		}
	}
	return transcripts
}
