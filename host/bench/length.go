//go:build linux

package main

import (
	"context"
	"slices"
	"strings"

	"github.com/bothost/bothost/host/bench/internal/seed"
	"github.com/bothost/bothost/host/bench/internal/trial"
	"github.com/bothost/bothost/host/internal/rig"
	"github.com/bothost/bothost/sdk/store"
)

// baseMessages is the length that the others are compared with.
const baseMessages = 20

// lengths measures what a turn costs in long conversations.
func (b *bench) lengths(ctx context.Context) error {
	var lengths []trial.Length
	for _, messages := range b.options.lengths {
		lengths = append(lengths, trial.NewLength(messages))
	}
	progress("make conversations of %v messages", b.options.lengths)
	err := b.seed(ctx, partLength, func(ctx context.Context, s seed.Store) error {
		return s.Speak(ctx, b.longConversations(lengths))
	})
	if err != nil {
		return err
	}
	hosts, err := b.startHosts(ctx, partLength)
	defer func() { stopHosts(hosts) }()
	if err != nil {
		return err
	}
	for _, host := range hosts {
		progress("%s: turns in conversations of %v messages", host.subject.Name, b.options.lengths)
		rows, err := trial.Lengths(ctx, b.client, host.subject, lengths, baseMessages)
		if err != nil {
			return err
		}
		b.report.Lengths = append(b.report.Lengths, rows...)
	}
	return nil
}

// longConversations are those of all lengths, the longest first.
func (b *bench) longConversations(lengths []trial.Length) []seed.Conversation {
	var all []seed.Conversation
	for _, length := range lengths {
		for _, name := range length.Conversations {
			all = append(all, seed.Conversation{
				Scope: store.Scope{Tenant: rig.Tenant, Conversation: name}, Turns: length.Turns(),
				Question: question, Reply: strings.Repeat("words ", b.options.pieces),
			})
		}
	}
	slices.SortStableFunc(all, func(one, other seed.Conversation) int { return other.Turns - one.Turns })
	return all
}
