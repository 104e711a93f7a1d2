package trial

import "github.com/bothost/bothost/host/bench/internal/figures"

func cpu(s Sample) float64       { return s.CPU }
func p50(s Sample) float64       { return s.P50 }
func p99(s Sample) float64       { return s.P99 }
func written(s Sample) float64   { return s.Written }
func perSecond(s Sample) float64 { return s.PerSecond }

func ratio(samples, base []Sample, of func(Sample) float64) float64 {
	value, _ := figures.Ratio(each(samples, of), each(base, of))
	return value
}

func medians(samples []Sample) Sample {
	median := func(of func(Sample) float64) float64 {
		value, _ := figures.Median(each(samples, of))
		return value
	}
	out := Sample{
		PerSecond: median(perSecond), P50: median(p50), P99: median(p99), CPU: median(cpu), Written: median(written),
		CPUOf: map[string]float64{},
	}
	for _, sample := range samples {
		out.Turns += sample.Turns
		out.Failed += sample.Failed
		for name := range sample.CPUOf {
			out.CPUOf[name] = median(func(s Sample) float64 { return s.CPUOf[name] })
		}
	}
	return out
}

func each(samples []Sample, of func(Sample) float64) []float64 {
	values := make([]float64, len(samples))
	for i, sample := range samples {
		values[i] = of(sample)
	}
	return values
}
