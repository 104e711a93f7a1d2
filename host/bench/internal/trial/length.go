package trial

import (
	"context"
	"fmt"
	"net/http"
	"slices"

	"github.com/bothost/bothost/host/bench/internal/load"
)

const (
	lengthRounds = 5
	// turnsARound is about how many turns a round takes of each length.
	turnsARound = 200
	// messagesATurn are the user's and the reply.
	messagesATurn = 2
)

// LengthRow is what a turn costs in conversations of a length, one turn at a
// time: medians over the rounds.
type LengthRow struct {
	Subject string `json:"subject"`
	// Messages is how many there are when the measurement begins; at its end
	// there may be twice as many.
	Messages int `json:"messages"`
	Sample
	// The ratios are to what the base's turns cost.
	P50ToBase     float64  `json:"p50_to_base"`
	CPUToBase     float64  `json:"cpu_to_base"`
	WrittenToBase float64  `json:"written_to_base,omitempty"`
	Rounds        []Sample `json:"rounds"`
}

// Length is a number of conversations that have so many messages: several short
// ones, so that none is more than twice as long at the end as at the beginning.
type Length struct {
	Messages      int
	Conversations []string
}

// Turns is how many each of the conversations has.
func (l Length) Turns() int { return max(1, l.Messages/messagesATurn) }

// NewLength names conversations of so many messages, for whoever makes them.
func NewLength(messages int) Length {
	length := Length{Messages: messages}
	length.Conversations = Names(fmt.Sprintf("of-%d", messages), max(1, lengthRounds*turnsARound/length.Turns()))
	return length
}

// Lengths measures what a plain turn costs in conversations that are there,
// relative to those of base messages, or else the first.
func Lengths(ctx context.Context, client *http.Client, subject Subject, lengths []Length, base int) ([]LengthRow, error) {
	rows := make([]LengthRow, len(lengths))
	for range lengthRounds {
		for i, length := range lengths {
			sample, err := atLength(ctx, client, subject, length)
			if err != nil {
				return nil, err
			}
			rows[i].Rounds = append(rows[i].Rounds, sample)
		}
	}
	first := max(0, slices.IndexFunc(lengths, func(l Length) bool { return l.Messages == base }))
	for i := range rows {
		row := &rows[i]
		row.Subject, row.Messages, row.Sample = subject.Name, lengths[i].Messages, medians(row.Rounds)
		row.P50ToBase = ratio(row.Rounds, rows[first].Rounds, p50)
		row.CPUToBase = ratio(row.Rounds, rows[first].Rounds, cpu)
		row.WrittenToBase = ratio(row.Rounds, rows[first].Rounds, written)
	}
	return rows, nil
}

func atLength(ctx context.Context, client *http.Client, subject Subject, length Length) (Sample, error) {
	before, err := subject.written(ctx)
	if err != nil {
		return Sample{}, err
	}
	sample, err := measure(ctx, client, subject, load.Spec{
		Target: subject.Targets[Plain], Conversations: length.Conversations,
		Turns: max(1, turnsARound/len(length.Conversations)), IsInTurn: true,
	})
	if err != nil {
		return Sample{}, err
	}
	after, err := subject.written(ctx)
	if err != nil {
		return Sample{}, err
	}
	sample.Written = float64(after-before) / float64(sample.Turns+sample.Failed)
	return sample, nil
}

func (s Subject) written(ctx context.Context) (int64, error) {
	if s.Written == nil {
		return 0, nil
	}
	bytes, err := s.Written(ctx)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", s.Name, err)
	}
	return bytes, nil
}
