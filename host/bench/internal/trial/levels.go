package trial

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/bothost/bothost/host/bench/internal/figures"
	"github.com/bothost/bothost/host/bench/internal/load"
)

// Row is what came of a subject in one form with so many conversations at once:
// medians over the rounds.
type Row struct {
	Subject       string `json:"subject"`
	Form          Form   `json:"form"`
	Conversations int    `json:"conversations"`
	Sample
	// The ratios are to what Levels names; 0 if there is nothing to compare with.
	CPUToHop        float64 `json:"cpu_to_hop,omitempty"`
	CPUToCollecting float64 `json:"cpu_to_collecting,omitempty"`
	P50ToHop        float64 `json:"p50_to_hop,omitempty"`
	P50ToDirect     float64 `json:"p50_to_direct,omitempty"`
	// Added is what the turn takes beyond the direct call, at the median.
	Added  float64  `json:"added_p50_ms,omitempty"`
	Rounds []Sample `json:"rounds"`
}

// Levels is a comparison of subjects at several levels of load.
type Levels struct {
	Client   *http.Client
	Subjects []Subject
	// Hop, Collecting and Direct name the subjects that others are compared with.
	Hop, Collecting, Direct string
	// Conversations are how many speak at once, one level after the other.
	Conversations []int
	Rounds        int
	// Time is how long all of it may take, about.
	Time time.Duration
	// Progress is told what is measured next.
	Progress func(string)
}

// Run measures everything. Within a round each subject has its turn right after
// the one that it is compared with, every other round in the opposite order.
func (l Levels) Run(ctx context.Context) ([]Row, error) {
	cells := l.cells()
	each := l.Time / time.Duration(max(1, len(cells)*l.Rounds))
	for round := range l.Rounds {
		l.Progress(fmt.Sprintf("round %d of %d: %d measurements of %v each", round+1, l.Rounds, len(cells), each.Round(time.Millisecond)))
		order := slices.Clone(cells)
		if round%2 == 1 {
			slices.Reverse(order)
		}
		for _, cell := range order {
			sample, err := measure(ctx, l.Client, cell.subject, load.Spec{
				Target: cell.subject.Targets[cell.row.Form], Conversations: Names("bench", cell.row.Conversations), Duration: each,
			})
			if err != nil {
				return nil, err
			}
			cell.row.Rounds = append(cell.row.Rounds, sample)
		}
	}
	return l.compare(cells), nil
}

type cell struct {
	subject Subject
	row     *Row
}

func (l Levels) cells() []cell {
	var cells []cell
	for _, conversations := range l.Conversations {
		for _, form := range []Form{Plain, Streamed} {
			for _, subject := range l.Subjects {
				if _, ok := subject.Targets[form]; ok {
					cells = append(cells, cell{subject, &Row{Subject: subject.Name, Form: form, Conversations: conversations}})
				}
			}
		}
	}
	return cells
}

// Names are those of conversations: the same at every level, so that they are
// as long as they get.
func Names(prefix string, count int) []string {
	list := make([]string, count)
	for i := range list {
		list[i] = fmt.Sprintf("%s-%d", prefix, i)
	}
	return list
}

func (l Levels) compare(cells []cell) []Row {
	rows := make([]Row, 0, len(cells))
	for _, c := range cells {
		rows = append(rows, *c.row)
	}
	for i := range rows {
		row := &rows[i]
		row.Sample = medians(row.Rounds)
		if hop := find(rows, l.Hop, row); hop != nil {
			row.CPUToHop = ratio(row.Rounds, hop.Rounds, cpu)
			row.P50ToHop = ratio(row.Rounds, hop.Rounds, p50)
		}
		if collecting := find(rows, l.Collecting, row); collecting != nil {
			row.CPUToCollecting = ratio(row.Rounds, collecting.Rounds, cpu)
		}
		if direct := find(rows, l.Direct, row); direct != nil {
			row.P50ToDirect = ratio(row.Rounds, direct.Rounds, p50)
			row.Added, _ = figures.Difference(each(row.Rounds, p50), each(direct.Rounds, p50))
		}
	}
	return rows
}

// find gives the row of another subject that a row is compared with.
func find(rows []Row, subject string, like *Row) *Row {
	i := slices.IndexFunc(rows, func(r Row) bool {
		return r.Subject == subject && r.Form == like.Form && r.Conversations == like.Conversations
	})
	if i < 0 {
		return nil
	}
	return &rows[i]
}
