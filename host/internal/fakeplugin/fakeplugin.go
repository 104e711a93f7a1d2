// Package fakeplugin lets the host's tests be their own plugins: a test binary
// that is linked under a plugin's file name behaves as one, as its name and the
// calls it gets tell it to. It does not use the SDK, so that the host is tested
// against the contract, by a plugin that may misbehave.
package fakeplugin

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// The names of plugins that misbehave. Every other name <kind>-<name> is that of
// a plugin that works, and does what Options tell it.
const (
	// Exits ends at once.
	Exits = "llm-exits"
	// Hangs never gets to the handshake, and ignores its lifeline.
	Hangs = "llm-hangs"
	// Floods prints without end on standard error, and works.
	Floods = "llm-floods"
	// OddLog prints JSON that looks like a log entry and is none, and works.
	OddLog = "llm-oddlog"
	// Noisy prints on standard output before the handshake.
	Noisy = "llm-noisy"
	// Stranger says that it is another plugin.
	Stranger = "llm-stranger"
	// Changeling says that it is of another kind.
	Changeling = "llm-changeling"
	// Partial serves nothing of its kind.
	Partial = "llm-partial"
	// BadSchema has a configuration schema that is none.
	BadSchema = "llm-badschema"
	// Stubborn does not end when its lifeline does.
	Stubborn = "llm-stubborn"
	// TCP listens where anybody can connect.
	TCP = "llm-tcp"
	// Elsewhere listens outside of the folder that it was given.
	Elsewhere = "llm-elsewhere"
	// Detached never answers Attach.
	Detached = "llm-detached"
	// Newer speaks only the version of the contract that comes next.
	Newer = "llm-newer"
	// Parent leaves a child behind that holds its standard streams.
	Parent = "llm-parent"
)

// Main runs this process as a plugin, if it bears a plugin's name, and then does
// not return. TestMain calls it first.
func Main() {
	name := filepath.Base(os.Args[0])
	kind, _, _ := strings.Cut(name, "-")
	if kind != "llm" && kind != "memory" && kind != "store" {
		return
	}
	prelude(name)
	serve(name)
	os.Exit(0)
}

func prelude(name string) {
	switch name {
	case Exits:
		fmt.Fprintln(os.Stderr, "no licence found")
		os.Exit(3)
	case Hangs:
		fmt.Fprintln(os.Stderr, "waiting for the moon")
		time.Sleep(time.Hour)
	case Noisy:
		fmt.Println("Welcome to my plugin!")
	case OddLog:
		printOddLog(os.Stderr)
	case Floods:
		go flood(os.Stderr)
	case Elsewhere:
		fmt.Println("1|1|unix|/tmp/elsewhere|grpc|")
		time.Sleep(time.Hour)
	case TCP:
		fmt.Println("1|1|tcp|127.0.0.1:1|grpc|")
		time.Sleep(time.Hour)
	}
}

func printOddLog(w io.Writer) {
	for _, line := range []string{
		`{"@message":5}`,
		`{"@message":"text","@level":7,"@timestamp":{}}`,
		`{"@level":"info"}`,
		`{"@message":"told","@level":"warn","@timestamp":"yesterday","answer":42}`,
		`{"unfinished`,
		`[1,2]`,
		"\x1b[31mred\x1b[0m",
		strings.Repeat("x", 1<<20),
	} {
		fmt.Fprintln(w, line)
	}
}

func flood(w io.Writer) {
	buffered := bufio.NewWriter(w)
	for {
		fmt.Fprintln(buffered, "flood", strings.Repeat("!", 200))
	}
}
