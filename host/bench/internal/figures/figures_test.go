package figures_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/bothost/bothost/host/bench/internal/figures"
)

func TestQuantile(t *testing.T) {
	t.Parallel()
	hundred := make([]int, 100)
	for i := range hundred {
		hundred[i] = 100 - i
	}
	for _, test := range []struct {
		name   string
		values []int
		q      float64
		want   int
		ok     bool
	}{
		{"of nothing", nil, 0.5, 0, false},
		{"below 0", []int{1}, -0.1, 0, false},
		{"above 1", []int{1}, 1.1, 0, false},
		{"of one", []int{7}, 0.99, 7, true},
		{"the least", []int{3, 1, 2}, 0, 1, true},
		{"the most", []int{3, 1, 2}, 1, 3, true},
		{"the middle", []int{3, 1, 2}, 0.5, 2, true},
		{"p50 of 1 to 100", hundred, 0.5, 50, true},
		{"p99 of 1 to 100", hundred, 0.99, 99, true},
		{"p99 of few is the most", []int{1, 2, 3, 4}, 0.99, 4, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, ok := figures.Quantile(test.values, test.q)
			if got != test.want || ok != test.ok {
				t.Errorf("got %d, %t; want %d, %t", got, ok, test.want, test.ok)
			}
		})
	}
}

// A share q of the values is not above the quantile, and no smaller value will do.
func TestQuantileIsTheSmallestThatCoversItsShare(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfN(rapid.IntRange(-50, 50), 1, 200).Draw(t, "values")
		q := rapid.Float64Range(0, 1).Draw(t, "q")
		before := slices.Clone(values)
		got, ok := figures.Quantile(values, q)
		if !ok || !slices.Contains(values, got) {
			t.Fatalf("got %d, %t, which is not one of the values", got, ok)
		}
		if !slices.Equal(values, before) {
			t.Fatal("the values were changed")
		}
		below, upTo := 0, 0
		for _, value := range values {
			if value < got {
				below++
			}
			if value <= got {
				upTo++
			}
		}
		need := q * float64(len(values))
		if float64(upTo) < need || (below > 0 && float64(below) >= need) {
			t.Fatalf("%d are below %d and %d up to it, of %d; q is %v", below, got, upTo, len(values), q)
		}
	})
}

func TestMedian(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		values []float64
		want   float64
		ok     bool
	}{
		{"of nothing", nil, 0, false},
		{"of one", []float64{4}, 4, true},
		{"of three", []float64{9, 1, 5}, 5, true},
		{"of four", []float64{8, 2, 4, 100}, 6, true},
	} {
		if got, ok := figures.Median(test.values); got != test.want || ok != test.ok {
			t.Errorf("%s: got %v, %t; want %v, %t", test.name, got, ok, test.want, test.ok)
		}
	}
}

func TestRatio(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name         string
		values, base []float64
		want         float64
		ok           bool
	}{
		{"of nothing", nil, nil, 0, false},
		{"to nothing", []float64{1}, []float64{0}, 0, false},
		{"drift cancels", []float64{4, 8, 40}, []float64{1, 2, 10}, 4, true},
		{"the odd round does not count", []float64{4, 900, 4}, []float64{1, 1, 1}, 4, true},
		{"a round without a base", []float64{100, 6, 6}, []float64{0, 2, 2}, 3, true},
		{"a round that only one has", []float64{6, 6, 50}, []float64{2, 2}, 3, true},
	} {
		if got, ok := figures.Ratio(test.values, test.base); got != test.want || ok != test.ok {
			t.Errorf("%s: got %v, %t; want %v, %t", test.name, got, ok, test.want, test.ok)
		}
	}
}

func TestDifference(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name         string
		values, base []float64
		want         float64
		ok           bool
	}{
		{"round by round", []float64{5, 11, 9}, []float64{3, 10, 1}, 2, true},
		{"rounds that both have", []float64{5, 100}, []float64{3}, 2, true},
		{"nothing to compare with", []float64{5}, nil, 0, false},
	} {
		if got, ok := figures.Difference(test.values, test.base); got != test.want || ok != test.ok {
			t.Errorf("%s: got %v, %t", test.name, got, ok)
		}
	}
}
