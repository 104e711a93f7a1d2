package openai

import (
	"encoding/json"
	"slices"

	"github.com/bothost/bothost/host/allow"
	"github.com/bothost/bothost/host/httpapi/internal/member"
)

// parameters are those that go to the model's provider.
func parameters() map[string]allow.Name {
	return map[string]allow.Name{
		"temperature": allow.Temperature, "top_p": allow.TopP, "seed": allow.Seed, "stop": allow.Stop,
		"max_tokens": allow.MaxTokens, "max_completion_tokens": allow.MaxTokens,
		"presence_penalty": allow.PresencePenalty, "frequency_penalty": allow.FrequencyPenalty,
		"reasoning_effort": allow.ReasoningEffort,
	}
}

func (r *Request) takeParameter(as string, name allow.Name, raw json.RawMessage) error {
	given, err := readParameter(as, name, raw)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(r.completion.Parameters, func(p allow.Parameter) bool { return p.Name == name }) {
		return allow.Refuse(as, allow.Invalid, "must not be there beside max_completion_tokens: it is the same")
	}
	r.completion.Parameters = append(r.completion.Parameters, allow.Parameter{Name: name, As: as, Value: given})
	return nil
}

func readParameter(as string, name allow.Name, raw json.RawMessage) (any, error) {
	switch name {
	case allow.Stop:
		return readStop(as, raw)
	case allow.ReasoningEffort:
		var word string
		err := text(as, raw, &word)
		return word, err
	default:
		var number float64
		err := member.Value(as, raw, "a number", &number)
		return number, err
	}
}

// readStop reads one text or several.
func readStop(as string, raw json.RawMessage) (any, error) {
	var one string
	if json.Unmarshal(raw, &one) == nil {
		return []string{one}, nil
	}
	var several []string
	err := member.Value(as, raw, "a text or a list of texts", &several)
	return several, err
}
