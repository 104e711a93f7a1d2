package schema

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/invopop/jsonschema"
)

// durationPattern is what time.ParseDuration takes, without a sign.
const durationPattern = `^(0|([0-9]+(\.[0-9]+)?(ns|us|µs|ms|s|m|h))+)$`

// alsoNumber is put on the schema of a text that may be a number as well, and says
// of which type, until Of has derived the whole: only there can a type be a choice
// of two.
const alsoNumber = "x-also-number"

// Duration is a span of time in a configuration: a string like "300s" or
// "1m30s", or a number of seconds. It is never negative.
type Duration time.Duration

// JSONSchema implements the generator's interface. A default given in a struct
// tag is a string.
func (Duration) JSONSchema() *jsonschema.Schema {
	return &jsonschema.Schema{
		Type: "string", Pattern: durationPattern,
		Extras: map[string]any{alsoNumber: "number"},
	}
}

// UnmarshalJSON reads either form.
func (d *Duration) UnmarshalJSON(raw []byte) error {
	var value any
	if err := json.Unmarshal(raw, &value); err != nil {
		return fmt.Errorf("read duration: %w", err)
	}
	switch value := value.(type) {
	case float64:
		return d.set(value)
	case string:
		parsed, err := time.ParseDuration(value)
		if err != nil {
			return errors.New("want a duration like 300s, or a number of seconds")
		}
		if parsed < 0 {
			return errors.New("a duration cannot be negative")
		}
		*d = Duration(parsed)
		return nil
	default:
		return errors.New("want a duration like 300s, or a number of seconds")
	}
}

func (d *Duration) set(seconds float64) error {
	if seconds < 0 {
		return errors.New("a duration cannot be negative")
	}
	if seconds >= maxSeconds {
		return errors.New("a duration cannot be longer than 290 years")
	}
	*d = Duration(seconds * float64(time.Second))
	return nil
}

// maxSeconds is a little less than what a time.Duration can hold.
const maxSeconds = 290 * 365 * 24 * 60 * 60

// MarshalJSON writes the string.
func (d Duration) MarshalJSON() ([]byte, error) { return json.Marshal(d.String()) }

// String gives the form of time.Duration.
func (d Duration) String() string { return time.Duration(d).String() }

// widenToNumbers lets what is marked so below n be a number too.
func widenToNumbers(n node) {
	if number, marked := n[alsoNumber]; marked {
		delete(n, alsoNumber)
		n["type"] = []any{"string", number}
		n["minimum"] = 0
	}
	for _, child := range n {
		switch child := child.(type) {
		case node:
			widenToNumbers(child)
		case []any:
			for _, item := range child {
				if item, ok := item.(node); ok {
					widenToNumbers(item)
				}
			}
		}
	}
}
