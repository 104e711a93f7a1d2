//go:build linux

package faults

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/bothost/bothost/host/chaos/internal/cluster"
)

// Target is what faults harm.
type Target struct {
	Cluster *cluster.Cluster
	// Delete deletes a conversation, Change changes a tenant. That they fail is
	// to be expected.
	Delete, Change func(context.Context) error
}

// Kinds are the names of all faults, in the order in which they are reported.
func Kinds() []string {
	return []string{
		"kill-host", "stop-host",
		"kill-llm", "kill-memory", "kill-store", "stop-llm", "stop-memory", "stop-store",
		"cut-clients", "stall-clients", "delay-clients",
		"restart-database", "cut-database", "stall-database", "delay-database",
		"delete", "change",
	}
}

// ForDatabase reports whether a kind of fault needs a database server.
func ForDatabase(kind string) bool { return strings.HasSuffix(kind, "-database") }

// Fill gives the injector its deck: faults of these kinds.
func (j *Injector) Fill(kinds []string, target Target) error {
	j.injected = make(map[string]int)
	victims := newVictims()
	for _, kind := range kinds {
		if !slices.Contains(Kinds(), kind) {
			return fmt.Errorf("there is no fault %q; there are: %s", kind, strings.Join(Kinds(), ", "))
		}
		if ForDatabase(kind) && target.Cluster.Database == nil {
			continue
		}
		j.injected[kind] = 0
		j.deck = append(j.deck, fault{kind: kind, do: victims.perform(kind, target)})
	}
	return nil
}
