// Package figures makes a few numbers of many: quantiles, medians, and ratios of
// what was measured in the same round.
//
// None of its functions changes what it is given, and none gives NaN or an
// infinity: where there is no answer, ok is false.
package figures

import (
	"cmp"
	"math"
	"slices"
)

// Quantile is the smallest value that is not below a share q (from 0 to 1) of
// all of them (nearest rank): of one value that value, for every q. It is false
// if there are no values or q is out of range.
func Quantile[T cmp.Ordered](values []T, q float64) (quantile T, ok bool) {
	if len(values) == 0 || !(q >= 0 && q <= 1) {
		return quantile, false
	}
	sorted := slices.Sorted(slices.Values(values))
	rank := int(math.Ceil(q * float64(len(sorted))))
	return sorted[max(rank, 1)-1], true
}

// Median is the middle of the values, or the mean of the two in the middle.
func Median(values []float64) (median float64, ok bool) {
	if len(values) == 0 {
		return 0, false
	}
	sorted := slices.Sorted(slices.Values(values))
	middle := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[middle], true
	}
	return (sorted[middle-1] + sorted[middle]) / 2, true
}

// Ratio is the median of values[i] / base[i]. The two are measured alternately,
// so what slows the machine down for a round slows both and cancels. Rounds in
// which the base is 0 do not count, nor those that only one of the two has.
func Ratio(values, base []float64) (ratio float64, ok bool) {
	ratios := make([]float64, 0, len(values))
	for i := range min(len(values), len(base)) {
		if base[i] > 0 {
			ratios = append(ratios, values[i]/base[i])
		}
	}
	return Median(ratios)
}

// Difference is the median of values[i] - base[i], measured alternately like
// those of Ratio.
func Difference(values, base []float64) (difference float64, ok bool) {
	differences := make([]float64, min(len(values), len(base)))
	for i := range differences {
		differences[i] = values[i] - base[i]
	}
	return Median(differences)
}
