package echo

import "github.com/bothost/bothost/sdk/schema"

// Config is what an instance is made from. Its zero value works.
type Config struct {
	// Record is a file that gets one line of JSON, a Record, for each call. A
	// relative path is relative to the data directory.
	Record string `json:"record,omitempty" jsonschema:"description=File that gets one line of JSON for each call: what was shown and how it ended. For tests." jsonschema_extras:"x-path=true"`
}

// Options may differ from call to call. The zero value answers at once, a word
// at a time.
type Options struct {
	Model       string          `json:"model,omitempty" jsonschema:"description=Name that the reply says it is from.,default=echo"`
	Temperature *float64        `json:"temperature,omitempty" jsonschema:"description=Accepted so that a configuration fits other providers too. An echo is not random.,minimum=0"`
	MaxTokens   int             `json:"max_tokens,omitempty" jsonschema:"description=Cut the reply after this many words; without it the reply is whole.,minimum=1"`
	Delay       schema.Duration `json:"delay,omitempty" jsonschema:"description=How long to wait before the first piece."`
	ChunkDelay  schema.Duration `json:"chunk_delay,omitempty" jsonschema:"description=How long to wait between two pieces."`
	Chunks      int             `json:"chunks,omitempty" jsonschema:"description=Stream the reply in this many pieces; without it each word is one.,minimum=1"`
	Fail        Failure         `json:"fail,omitempty" jsonschema:"description=How the call fails: not at all or with an error before the first piece; mid_stream fails after half of the pieces; panic is a defect that nobody has foreseen.,enum=,enum=error,enum=upstream,enum=unavailable,enum=rate_limited,enum=mid_stream,enum=panic"`
}
