//go:build linux

package main

import (
	"os"
	"runtime"
	"strings"
	"time"

	"github.com/bothost/bothost/host/bench/internal/trial"
)

// report is everything that was measured.
type report struct {
	Machine   machine           `json:"machine"`
	Reply     reply             `json:"reply"`
	Rounds    int               `json:"rounds"`
	Levels    []trial.Row       `json:"levels"`
	Lengths   []trial.LengthRow `json:"lengths"`
	Memory    []memoryRow       `json:"memory"`
	ColdStart coldStart         `json:"cold_start"`
	Notes     []string          `json:"notes,omitempty"`
}

type machine struct {
	Cores  int    `json:"cores"`
	CPU    string `json:"cpu"`
	Go     string `json:"go"`
	Kernel string `json:"kernel"`
	// Load is the load average when the run began.
	Load string `json:"load_average"`
}

type reply struct {
	Pieces int     `json:"pieces"`
	Delay  float64 `json:"delay_ms"`
}

type memoryRow struct {
	Subject   string  `json:"subject"`
	When      string  `json:"when"`
	Processes int     `json:"processes"`
	RSS       float64 `json:"rss_mib"`
	PSS       float64 `json:"pss_mib"`
}

type coldStart struct {
	Starts int     `json:"starts"`
	First  float64 `json:"first_ms"`
	Again  float64 `json:"again_ms"`
}

func newReport(o options) report {
	return report{
		Machine: machine{
			Cores: runtime.NumCPU(), CPU: processor(), Go: runtime.Version(),
			Kernel: line("/proc/sys/kernel/osrelease"), Load: line("/proc/loadavg"),
		},
		Reply:  reply{Pieces: o.pieces, Delay: float64(o.delay) / float64(time.Millisecond)},
		Rounds: o.rounds,
	}
}

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
