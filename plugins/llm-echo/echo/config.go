package echo

import (
	"time"

	"github.com/bothost/bothost/sdk/fault"
)

// Config is what an instance is made from. Its zero value works.
type Config struct {
	// Record is a file that gets one line of JSON, a Record, for each call. A
	// relative path is relative to the data directory.
	Record string `json:"record,omitempty" jsonschema:"description=File that gets one line of JSON for each call: what was shown and how it ended. For tests." jsonschema_extras:"x-path=true"`
}

// Options may differ from call to call. The zero value answers at once, a word
// at a time.
type Options struct {
	Model       string   `json:"model,omitempty" jsonschema:"description=Name that the reply says it is from.,default=echo"`
	Temperature *float64 `json:"temperature,omitempty" jsonschema:"description=Accepted so that a configuration fits other providers too. An echo is not random.,minimum=0"`
	MaxTokens   int      `json:"max_tokens,omitempty" jsonschema:"description=Cut the reply after this many words; without it the reply is whole.,minimum=1"`
	Delay       string   `json:"delay,omitempty" jsonschema:"description=How long to wait before the first piece: 500ms or 2s.,example=500ms"`
	ChunkDelay  string   `json:"chunk_delay,omitempty" jsonschema:"description=How long to wait between two pieces.,example=50ms"`
	Chunks      int      `json:"chunks,omitempty" jsonschema:"description=Stream the reply in this many pieces; without it each word is one.,minimum=1"`
	Fail        Failure  `json:"fail,omitempty" jsonschema:"description=How the call fails: not at all or with an error before the first piece; mid_stream fails after half of the pieces; panic takes the process down.,enum=,enum=error,enum=upstream,enum=unavailable,enum=rate_limited,enum=mid_stream,enum=panic"`
}

// pace is how fast a reply is told.
type pace struct {
	first   time.Duration
	between time.Duration
}

func (o Options) pace() (pace, error) {
	first, err := duration("delay", o.Delay)
	if err != nil {
		return pace{}, err
	}
	between, err := duration("chunk_delay", o.ChunkDelay)
	return pace{first: first, between: between}, err
}

func duration(key, text string) (time.Duration, error) {
	if text == "" {
		return 0, nil
	}
	parsed, err := time.ParseDuration(text)
	if err == nil && parsed >= 0 {
		return parsed, nil
	}
	wrong := fault.New(fault.Invalid, "llm-echo: %s %q is not a duration such as 500ms or 2s", key, text)
	wrong.Fields = []fault.Field{{Key: key, Message: "not a duration such as 500ms or 2s"}}
	return 0, wrong
}
