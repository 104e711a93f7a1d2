package handshake_test

import (
	"strings"
	"testing"

	"github.com/bothost/bothost/sdk/plugin/handshake"
)

func TestParseAttachment(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]string{
		"llm-acme=unix:/run/a=b/llm-acme": "",
		"llm-acme":                        "is not PLUGIN=unix:SOCKET",
		"=unix:/run/llm-acme":             "is not PLUGIN=unix:SOCKET",
		"unix:/run/llm-acme":              "is not PLUGIN=unix:SOCKET",
		"llm-acme=unix:run/llm-acme":      "absolute path",
		"llm-acme=127.0.0.1:80":           "does not name a Unix socket",
		"llm-acme=tcp:/run/llm-acme":      "does not name a Unix socket",
	} {
		attachment, err := handshake.ParseAttachment(line)
		switch {
		case want == "" && (err != nil || attachment.String() != line):
			t.Errorf("%q became %q, %v", line, attachment, err)
		case want != "" && (err == nil || !strings.Contains(err.Error(), want)):
			t.Errorf("%q: %v, want %q", line, err, want)
		}
	}
}
