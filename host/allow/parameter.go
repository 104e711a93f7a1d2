package allow

import (
	"github.com/invopop/jsonschema"
)

// Name is that of a parameter, the same for all providers.
type Name string

// The parameters.
const (
	Temperature      Name = "temperature"
	TopP             Name = "top_p"
	TopK             Name = "top_k"
	MaxTokens        Name = "max_tokens"
	Seed             Name = "seed"
	Stop             Name = "stop"
	PresencePenalty  Name = "presence_penalty"
	FrequencyPenalty Name = "frequency_penalty"
	ReasoningEffort  Name = "reasoning_effort"
)

// JSONSchema implements the generator's interface.
func (Name) JSONSchema() *jsonschema.Schema {
	return &jsonschema.Schema{Type: "string", Enum: []any{
		Temperature, TopP, TopK, MaxTokens, Seed, Stop, PresencePenalty, FrequencyPenalty, ReasoningEffort,
	}}
}

// Bounds are the ranges of the parameters that are numbers.
type Bounds struct {
	Temperature      Range `json:"temperature"`
	TopP             Range `json:"top_p"`
	TopK             Range `json:"top_k"`
	MaxTokens        Range `json:"max_tokens"`
	Seed             Range `json:"seed"`
	PresencePenalty  Range `json:"presence_penalty"`
	FrequencyPenalty Range `json:"frequency_penalty"`
}

// Range is open where a bound is nil; both bounds belong to it.
type Range struct {
	Min *float64 `json:"min,omitempty"`
	Max *float64 `json:"max,omitempty"`
}

func (b Bounds) of(name Name) Range {
	return map[Name]Range{
		Temperature: b.Temperature, TopP: b.TopP, TopK: b.TopK, MaxTokens: b.MaxTokens, Seed: b.Seed,
		PresencePenalty: b.PresencePenalty, FrequencyPenalty: b.FrequencyPenalty,
	}[name]
}

func (r Range) check(key string, value float64) error {
	if r.Min != nil && value < *r.Min {
		return Refuse(key, Invalid, "must be at least %v for this bot", *r.Min)
	}
	if r.Max != nil && value > *r.Max {
		return Refuse(key, Invalid, "must be at most %v for this bot", *r.Max)
	}
	return nil
}

// Changes are what a choice changes in what a provider is told with each call, by
// the names that the sections of providers have.
func (c Choice) Changes() map[string]any {
	changes := make(map[string]any, len(c.Parameters)+1)
	for _, parameter := range c.Parameters {
		changes[string(parameter.Name)] = parameter.Value
	}
	if c.Model != "" && c.Model != DefaultModel {
		changes["model"] = c.Model
	}
	return changes
}

// Called gives the client's name of what is changed under a provider's name.
func (c Choice) Called(key string) string {
	for _, parameter := range c.Parameters {
		if string(parameter.Name) == key {
			return parameter.As
		}
	}
	return key
}
