package schema

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strconv"

	"github.com/invopop/jsonschema"
)

// sizePattern is what a Size may be as a text. No size of it is out of range.
const sizePattern = `^([0-9]{1,9})(B|KiB|MiB|GiB)$`

// wantSize says so to people.
const wantSize = "want a size like 64MiB, or a number of bytes"

// Size is a number of bytes in a configuration: a string like "64MiB" (of the
// units B, KiB, MiB and GiB), or a number. It is never negative.
type Size int64

// JSONSchema implements the generator's interface.
func (Size) JSONSchema() *jsonschema.Schema {
	return &jsonschema.Schema{
		Type: "string", Pattern: sizePattern,
		Extras: map[string]any{alsoNumber: "integer"},
	}
}

// UnmarshalJSON reads either form.
func (s *Size) UnmarshalJSON(raw []byte) error {
	var bytes int64
	if json.Unmarshal(raw, &bytes) == nil && bytes >= 0 {
		*s = Size(bytes)
		return nil
	}
	var text string
	if json.Unmarshal(raw, &text) != nil {
		return errors.New(wantSize)
	}
	parts := regexp.MustCompile(sizePattern).FindStringSubmatch(text)
	if parts == nil {
		return errors.New(wantSize)
	}
	number, err := strconv.ParseInt(parts[1], 10, 64)
	if err != nil {
		return errors.New(wantSize)
	}
	*s = Size(number * unitOf(parts[2]))
	return nil
}

func unitOf(name string) int64 {
	return map[string]int64{"B": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30}[name]
}

// MarshalJSON writes the string.
func (s Size) MarshalJSON() ([]byte, error) { return json.Marshal(s.String()) }

// String gives the size in the largest unit of which it is a whole number.
func (s Size) String() string {
	for _, name := range []string{"GiB", "MiB", "KiB"} {
		if unit := Size(unitOf(name)); s > 0 && s%unit == 0 {
			return fmt.Sprintf("%d%s", s/unit, name)
		}
	}
	return fmt.Sprintf("%dB", int64(s))
}
