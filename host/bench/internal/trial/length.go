package trial

import (
	"context"
	"fmt"
	"net/http"

	"github.com/bothost/bothost/host/bench/internal/load"
)

const (
	lengthRounds = 5
	// turnsARound is about how many turns a round takes of each length.
	turnsARound = 100
)

// LengthRow is what a turn costs in conversations of a length, one turn at a
// time: medians over the rounds.
type LengthRow struct {
	Subject string `json:"subject"`
	// Length is how many turns there are when the measurement begins.
	Length int `json:"length"`
	Sample
	// ToShortest is the cost relative to that in the first of the lengths.
	ToShortest float64  `json:"cpu_to_shortest"`
	Rounds     []Sample `json:"rounds"`
}

// Lengths measures what a plain turn costs in conversations of these lengths,
// which it makes first, through the API.
func Lengths(ctx context.Context, client *http.Client, subject Subject, lengths []int) ([]LengthRow, error) {
	rows := make([]LengthRow, len(lengths))
	for i, length := range lengths {
		rows[i] = LengthRow{Subject: subject.Name, Length: length}
		result, err := load.Run(ctx, client, load.Spec{
			Target: subject.Targets[Plain], Conversations: ofLength(length), Turns: length,
		})
		if err != nil {
			return nil, err
		}
		if result.Failed > 0 {
			return nil, fmt.Errorf("%s: make conversations of %d turns: %w", subject.Name, length, result.Failure)
		}
	}
	for range lengthRounds {
		for i := range rows {
			sample, err := atLength(ctx, client, subject, rows[i].Length)
			if err != nil {
				return nil, err
			}
			rows[i].Rounds = append(rows[i].Rounds, sample)
		}
	}
	for i := range rows {
		rows[i].Sample = medians(rows[i].Rounds)
		rows[i].ToShortest = ratio(rows[i].Rounds, rows[0].Rounds, cpu)
	}
	return rows, nil
}

func atLength(ctx context.Context, client *http.Client, subject Subject, length int) (Sample, error) {
	conversations := ofLength(length)
	return measure(ctx, client, subject, load.Spec{
		Target: subject.Targets[Plain], Conversations: conversations,
		Turns: max(1, turnsARound/len(conversations)), IsInTurn: true,
	})
}

// ofLength names conversations of a length: several short ones, so that none is
// much longer at the end than at the beginning.
func ofLength(length int) []string {
	return names(fmt.Sprintf("of-%d", length), max(1, lengthRounds*turnsARound/max(1, length)))
}
