package main

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/bothost/bothost/host/config"
)

// full is a disk that takes nothing more.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space left") }

func TestOutputThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"version"}, {"version", "--json"}} {
		var stderr bytes.Buffer
		status := run(t.Context(), args, iotest.ErrReader(io.EOF), full{}, &stderr, nil)
		if status != exitFailed || !strings.Contains(stderr.String(), "no space left") {
			t.Errorf("bothost %s ended with %d: %s", strings.Join(args, " "), status, &stderr)
		}
	}
}

// TestEventsOfTheLog checks that each is one line, whatever its values hold.
func TestEventsOfTheLog(t *testing.T) {
	t.Parallel()
	for format, want := range map[string]string{
		"text": "error= | configuration: | listen: want a string | auth: unknown key kept=yes\n",
		"json": `"error":"configuration:\nlisten: want a string\nauth: unknown key"`,
	} {
		var output bytes.Buffer
		logger := newLogger(config.Log{Level: "info", Format: format}, &output)
		logger.Error("not reloaded", "error", errors.New("configuration:\nlisten: want a string\nauth: unknown key"), "kept", "yes")
		logger.Info("next")
		if lines := strings.SplitAfter(output.String(), "\n"); len(lines) != 3 || !strings.Contains(lines[0], want) {
			t.Errorf("as %s:\n%s", format, &output)
		}
	}
}
