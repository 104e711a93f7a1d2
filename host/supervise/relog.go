package supervise

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/hashicorp/go-hclog"
)

// relog writes a line of a plugin to the host's log. A line that hclog made in
// the plugin keeps its level, message and fields; anything else, however odd, is
// logged as it is.
func relog(logger hclog.Logger, stream, line string) {
	level, message, fields, ok := parseEntry(line)
	if !ok {
		logger.Info("plugin printed", "stream", stream, "line", printable(line))
		return
	}
	logger.Log(level, message, fields...)
}

// parseEntry reads what hclog's JSON format writes. Nothing is assumed of the
// line: go-plugin's own parser does, and panics.
func parseEntry(line string) (hclog.Level, string, []any, bool) {
	var entry map[string]any
	if !strings.HasPrefix(line, "{") || json.Unmarshal([]byte(line), &entry) != nil {
		return hclog.NoLevel, "", nil, false
	}
	message, isMessage := entry["@message"].(string)
	name, isLevel := entry["@level"].(string)
	level := hclog.LevelFromString(name)
	if !isMessage || !isLevel || level == hclog.NoLevel {
		return hclog.NoLevel, "", nil, false
	}
	var fields []any
	for _, key := range slices.Sorted(maps.Keys(entry)) {
		if !strings.HasPrefix(key, "@") {
			fields = append(fields, printable(key), entry[key])
		}
	}
	return level, printable(message), fields, true
}

// printable quotes a text that would move a terminal's cursor or start a new
// line of the log.
func printable(text string) string {
	odd := func(r rune) bool { return r == unicode.ReplacementChar || r != '\t' && !unicode.IsPrint(r) }
	if strings.ContainsFunc(text, odd) {
		return strconv.Quote(text)
	}
	return text
}
