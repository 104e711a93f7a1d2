package ollama

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/invopop/jsonschema"
	"github.com/ollama/ollama/api"
)

// KeepAlive is how long a model stays loaded after a reply. It is written as
// Ollama's users do, a duration like "10m" or a number of seconds; a negative
// one is for ever.
type KeepAlive time.Duration

// forever is what a negative KeepAlive becomes.
const forever = KeepAlive(-1)

// JSONSchema implements the schema generator's interface.
func (KeepAlive) JSONSchema() *jsonschema.Schema {
	return &jsonschema.Schema{OneOf: []*jsonschema.Schema{
		{Type: "string", Pattern: `^-?(0|([0-9]+(\.[0-9]+)?(ms|s|m|h))+)$`},
		{Type: "number", Minimum: "-1"},
	}}
}

// UnmarshalJSON reads either form.
func (k *KeepAlive) UnmarshalJSON(raw []byte) error {
	var value any
	if err := json.Unmarshal(raw, &value); err != nil {
		return fmt.Errorf("read keep_alive: %w", err)
	}
	var parsed time.Duration
	switch value := value.(type) {
	case float64:
		parsed = time.Duration(value * float64(time.Second))
	case string:
		var err error
		if parsed, err = time.ParseDuration(value); err != nil {
			return errors.New("keep_alive: want a duration like 10m, or a number of seconds")
		}
	default:
		return errors.New("keep_alive: want a duration like 10m, or a number of seconds")
	}
	*k = KeepAlive(parsed)
	if parsed < 0 {
		*k = forever
	}
	return nil
}

// onWire is nil if it is left to the server.
func (k *KeepAlive) onWire() *api.Duration {
	if k == nil {
		return nil
	}
	return &api.Duration{Duration: time.Duration(*k)}
}
