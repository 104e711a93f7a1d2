//go:build linux

package main

import (
	"os"
	"runtime"
	"strings"
	"time"

	"github.com/bothost/bothost/host/bench/internal/birth"
	"github.com/bothost/bothost/host/bench/internal/trial"
)

// report is everything that was measured.
type report struct {
	Machine   machine           `json:"machine"`
	Reply     reply             `json:"reply"`
	Rounds    int               `json:"rounds"`
	Seconds   float64           `json:"seconds"`
	Levels    []trial.Row       `json:"levels,omitempty"`
	Memory    []memoryRow       `json:"memory,omitempty"`
	Lengths   []trial.LengthRow `json:"lengths,omitempty"`
	Tenants   []tenantRow       `json:"tenants,omitempty"`
	Streams   []streamRow       `json:"streams,omitempty"`
	ColdStart *coldStart        `json:"cold_start,omitempty"`
	Boundary  *boundary         `json:"boundary,omitempty"`
	Targets   []target          `json:"targets"`
	Notes     []string          `json:"notes,omitempty"`
}

type machine struct {
	Cores  int    `json:"cores"`
	CPU    string `json:"cpu"`
	Go     string `json:"go"`
	Kernel string `json:"kernel"`
	// Load is the load average when the run began.
	Load string `json:"load_average"`
	// Others is how many processors worked for somebody else meanwhile, on the
	// average.
	Others float64 `json:"processors_of_others"`
}

type reply struct {
	Pieces int     `json:"pieces"`
	Delay  float64 `json:"delay_ms"`
}

// memoryRow is what a host and its plugins take, in MiB.
type memoryRow struct {
	Subject string  `json:"subject"`
	When    string  `json:"when"`
	RSS     float64 `json:"rss_mib"`
	PSS     float64 `json:"pss_mib"`
}

// tenantRow is a host with so many tenants in its registry.
type tenantRow struct {
	Subject string `json:"subject"`
	Tenants int    `json:"tenants"`
	// Start is the time from the start of the process until it is ready.
	Start float64 `json:"start_ms"`
	// Cold and Warm are the median times of a conversation's first turn, with a
	// bot that has to be built and with one that is there. ColdAdded is the
	// difference.
	Cold      float64 `json:"cold_p50_ms,omitempty"`
	Warm      float64 `json:"warm_p50_ms,omitempty"`
	ColdAdded float64 `json:"cold_added_ms,omitempty"`
	// Cached is how many bots the host keeps in the end. What one takes is told
	// by the live heap, of which Go gives whole MiB, and by resident memory.
	Cached     int     `json:"cached,omitempty"`
	HeapPerBot float64 `json:"heap_kib_per_bot,omitempty"`
	RSSPerBot  float64 `json:"rss_kib_per_bot,omitempty"`
}

// streamRow is a host with many streams at once.
type streamRow struct {
	Subject string `json:"subject"`
	Streams int    `json:"streams"`
	Failed  int    `json:"failed"`
	Failure string `json:"failure,omitempty"`
	// First is the time from a request to its first piece; Gap the longest in
	// which a stream brought nothing after that, to its end.
	FirstP50 float64 `json:"first_p50_ms"`
	FirstP99 float64 `json:"first_p99_ms"`
	GapP50   float64 `json:"longest_gap_p50_ms"`
	GapMost  float64 `json:"longest_gap_ms"`
	// Rate is the pieces a second of a stream, PerSecond those of all together,
	// while streams begin and end, too.
	RateP50   float64 `json:"pieces_per_second_p50"`
	RateLeast float64 `json:"pieces_per_second_least"`
	PerSecond float64 `json:"pieces_per_second_of_all"`
	// Memory is the most of the host and its plugins.
	Memory memoryRow `json:"memory"`
	// Programs are the client, the model, and those of the host.
	Programs map[string]programCost `json:"programs"`
}

// programCost is what a program took of the processors: how many on the average,
// and microseconds for each piece that the client got.
type programCost struct {
	Cores  float64 `json:"cores"`
	APiece float64 `json:"cpu_us_per_piece"`
}

type coldStart struct {
	Starts int     `json:"starts"`
	First  float64 `json:"first_ms"`
	Again  float64 `json:"again_ms"`
}

// boundary is what it costs that plugins are processes of their own.
type boundary struct {
	Turns  []boundaryRow `json:"turns"`
	Starts []birth.Row   `json:"starts"`
}

// boundaryRow compares a host with plugins with the same code in one process.
type boundaryRow struct {
	Form          trial.Form   `json:"form"`
	Conversations int          `json:"conversations"`
	One           trial.Sample `json:"one_process"`
	Plugins       trial.Sample `json:"with_plugins"`
	// The ratios are of a turn with plugins to one without.
	CPU float64 `json:"cpu_ratio"`
	P50 float64 `json:"p50_ratio"`
}

func newReport(o options) report {
	return report{
		Machine: machine{
			Cores: runtime.NumCPU(), CPU: processor(), Go: runtime.Version(),
			Kernel: line("/proc/sys/kernel/osrelease"), Load: line("/proc/loadavg"),
		},
		Reply:  reply{Pieces: o.pieces, Delay: milliseconds(o.delay)},
		Rounds: o.rounds,
	}
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// line reads a file of one line; what cannot be read is unknown.
func line(file string) string {
	content, err := os.ReadFile(file)
	if err != nil {
		return "unknown"
	}
	return strings.TrimSpace(string(content))
}

func processor() string {
	for text := range strings.Lines(line("/proc/cpuinfo")) {
		if key, value, ok := strings.Cut(text, ":"); ok && strings.TrimSpace(key) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return runtime.GOARCH
}
