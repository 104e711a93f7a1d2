package ollama

import (
	"encoding/json"
	"maps"
	"slices"

	"github.com/bothost/bothost/host/allow"
	"github.com/bothost/bothost/host/httpapi/internal/member"
)

// parameters are those that go to the model's provider, by Ollama's names.
func parameters() map[string]allow.Name {
	return map[string]allow.Name{
		"temperature": allow.Temperature, "top_p": allow.TopP, "top_k": allow.TopK, "seed": allow.Seed,
		"stop": allow.Stop, "num_predict": allow.MaxTokens,
		"presence_penalty": allow.PresencePenalty, "frequency_penalty": allow.FrequencyPenalty,
	}
}

func readOptions(raw json.RawMessage) ([]allow.Parameter, error) {
	options, err := object("options", raw)
	if err != nil {
		return nil, err
	}
	var read []allow.Parameter
	for _, key := range slices.Sorted(maps.Keys(options)) {
		if isNothing(options[key]) {
			continue
		}
		at := "options." + key
		name, known := parameters()[key]
		if !known {
			return nil, allow.Refuse(at, allow.Unsupported, "is not supported by this host")
		}
		given, err := readOption(at, name, options[key])
		if err != nil {
			return nil, err
		}
		read = append(read, allow.Parameter{Name: name, As: at, Value: given})
	}
	return read, nil
}

func readOption(at string, name allow.Name, raw json.RawMessage) (any, error) {
	if name == allow.Stop {
		var texts []string
		err := member.Value(at, raw, "a list of texts", &texts)
		return texts, err
	}
	var number float64
	err := member.Value(at, raw, "a number", &number)
	return number, err
}
