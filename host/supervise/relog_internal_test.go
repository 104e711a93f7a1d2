package supervise

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/go-hclog"
	"pgregory.net/rapid"
)

// What hclog writes in a plugin is read back as it was meant.
func TestEntriesOfPluginsAreReadBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		level := rapid.SampledFrom([]hclog.Level{hclog.Trace, hclog.Debug, hclog.Info, hclog.Warn, hclog.Error}).Draw(t, "level")
		message := rapid.StringMatching(`[a-zA-Z "{}\\]{1,30}`).Draw(t, "message")
		var line bytes.Buffer
		logger := hclog.New(&hclog.LoggerOptions{Name: "llm-x", Level: hclog.Trace, Output: &line, JSONFormat: true})
		logger.Log(level, message, "answer", 42, "because", "so")
		gotLevel, gotMessage, fields, ok := parseEntry(strings.TrimSpace(line.String()))
		if !ok || gotLevel != level || gotMessage != message {
			t.Fatalf("read %v %q, %t", gotLevel, gotMessage, ok)
		}
		if want := []any{"answer", 42.0, "because", "so"}; !slices.Equal(fields, want) {
			t.Errorf("fields are %v", fields)
		}
	})
}

// Nothing that a plugin can print makes the host panic, or moves its terminal.
func FuzzRelog(f *testing.F) {
	for _, line := range []string{
		`{"@message":5}`, `{"@message":"m","@level":"info","a":{"b":[1]}}`, `{"@message":"m","@level":3}`, `{`, `null`, "\x1b[2J",
		`{"@message":"\u001b[2J","@level":"info","\u001b":"\u001b"}`,
		`{"@message":"m","@level":"info","a":{"b":["\u001b[2J"]}}`,
	} {
		f.Add(line)
	}
	f.Fuzz(func(t *testing.T, line string) {
		var text, document bytes.Buffer
		relog(hclog.New(&hclog.LoggerOptions{Output: &text, Level: hclog.Trace}), "stderr", line)
		if strings.ContainsRune(text.String(), '\x1b') {
			t.Errorf("the log holds an escape sequence: %q", text.String())
		}
		relog(hclog.New(&hclog.LoggerOptions{Output: &document, Level: hclog.Trace, JSONFormat: true}), "stderr", line)
		if !json.Valid(document.Bytes()) {
			t.Errorf("the log is not JSON: %q", document.String())
		}
	})
}
