package supervise_test

import (
	"strings"
	"testing"
	"time"

	"github.com/bothost/bothost/host/internal/fakeplugin"
)

func TestWhatPluginsPrintIsLogged(t *testing.T) {
	t.Parallel()
	s, _, log := newSupervisor(t, fakeplugin.OddLog)
	instance := open(t, s, fakeplugin.OddLog, "k")
	defer instance.Release()
	options := config(t, fakeplugin.Options{Print: "said by the author's code"})
	if _, err := instance.Check(t.Context(), options); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`[INFO]  llm-oddlog: plugin printed: stream=stderr line="{\"@message\":5}"`,
		`[INFO]  llm-oddlog: plugin printed: stream=stderr line="[1,2]"`,
		`[INFO]  llm-oddlog: plugin printed: stream=stderr line="{\"unfinished"`,
		`[WARN]  llm-oddlog: told: answer=42`,
		`\x1b[31mred`,
		`said by the author's code`,
	} {
		eventually(t, 5*time.Second, want+" is logged", func() bool { return strings.Contains(log.String(), want) })
	}
	if text := log.String(); strings.Contains(text, "\x1b") || len(text) > 20_000 {
		t.Errorf("the log has %d bytes", len(text))
	}
}

func TestEndlessOutputIsBounded(t *testing.T) {
	t.Parallel()
	s, _, log := newSupervisor(t, fakeplugin.Floods)
	instance := open(t, s, fakeplugin.Floods, "k")
	defer instance.Release()
	began := time.Now()
	eventually(t, 10*time.Second, "lines are left out", func() bool {
		look(t, instance)
		return strings.Contains(log.String(), "lines left out")
	})
	seconds := int(time.Since(began)/time.Second) + 2
	if lines := strings.Count(log.String(), "\n"); lines > seconds*201+10 {
		t.Errorf("%d lines within %d seconds", lines, seconds)
	}
}
