package openai

import (
	"bytes"
	"encoding/json"
	"slices"

	"github.com/bothost/bothost/host/allow"
	"github.com/bothost/bothost/sdk/schema"
)

// harmless are what this host does not do, with the values that do not ask for it.
func harmless() map[string][]string {
	none := []string{"[]"}
	return map[string][]string{
		"audio": nil, "function_call": {`"none"`}, "functions": none, "logit_bias": {"{}"}, "logprobs": {"false"},
		"metadata": {"{}"}, "modalities": {`["text"]`}, "n": {"1"}, "parallel_tool_calls": {"true", "false"}, "prediction": nil,
		"prompt_cache_key": nil, "prompt_cache_retention": nil, "response_format": {`{"type":"text"}`},
		"safety_identifier": nil, "service_tier": {`"auto"`, `"default"`},
		"store": {"false"}, "tool_choice": {`"none"`, `"auto"`}, "tools": none, "top_logprobs": {"0"}, "verbosity": nil,
		"web_search_options": nil,
	}
}

// refuse says of a member that it is not supported, or not known, unless it asks
// for nothing.
func refuse(name string, raw json.RawMessage) error {
	values, known := harmless()[name]
	if !known {
		message := "there is no such parameter"
		if nearest := schema.Nearest(name, names()); nearest != "" {
			message += "; did you mean " + nearest + "?"
		}
		return allow.Refuse(name, allow.Unknown, "%s", message)
	}
	var plain bytes.Buffer
	if err := json.Compact(&plain, raw); err != nil {
		return allow.Refuse(name, allow.Invalid, "cannot be read")
	}
	if slices.Contains(values, plain.String()) {
		return nil
	}
	return allow.Refuse(name, allow.Unsupported, "is not supported by this host")
}

// names are those of the members that do something.
func names() []string {
	known := []string{"model", "messages", "stream", "stream_options", "user"}
	for name := range parameters() {
		known = append(known, name)
	}
	return known
}
