package openai_test

import (
	"testing"
	"time"

	"github.com/bothost/bothost/plugins/llm-openai/openai"
	"github.com/bothost/bothost/sdk"
	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/schema"
)

func TestConfigurationHasASchema(t *testing.T) {
	t.Parallel()
	if _, err := sdk.NewLLM("llm-openai", "1.2.3", openai.Open); err != nil {
		t.Fatal(err)
	}
}

func TestOptionsAreChecked(t *testing.T) {
	t.Parallel()
	described, err := schema.Of[openai.Options]()
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct{ raw, key string }{
		"only a model": {raw: `{"model": "m"}`},
		"zeros":        {raw: `{"model": "m", "temperature": 0, "top_p": 0, "seed": 0, "presence_penalty": 0, "frequency_penalty": 0}`},
		"all": {raw: `{"model": "m", "max_tokens": 9, "max_completion_tokens": 9, "stop": ["a"], "seed": -1,
			"presence_penalty": -2, "frequency_penalty": 2, "reasoning_effort": "minimal"}`},
		"unset by a lower layer": {raw: `{"model": "m", "reasoning_effort": ""}`},
		"no model":               {raw: `{}`, key: "model"},
		"an empty model":         {raw: `{"model": ""}`, key: "model"},
		"no room":                {raw: `{"model": "m", "max_tokens": 0}`, key: "max_tokens"},
		"half a token":           {raw: `{"model": "m", "max_completion_tokens": 1.5}`, key: "max_completion_tokens"},
		"a text for a list":      {raw: `{"model": "m", "stop": "a"}`, key: "stop"},
		"too unlikely":           {raw: `{"model": "m", "presence_penalty": 3}`, key: "presence_penalty"},
		"more than all":          {raw: `{"model": "m", "top_p": 1.1}`, key: "top_p"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := schema.Decode[openai.Options](described, []byte(test.raw))
			if test.key == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			if err == nil {
				t.Fatal("it was accepted")
			}
			if fields := fault.As(err).Fields; len(fields) != 1 || fields[0].Key != test.key {
				t.Errorf("wrong keys are %v, want %s", fields, test.key)
			}
		})
	}
}

// TestDefaultsOfTheSchemaAreThoseOfTheCode opens an instance with each.
func TestDefaultsOfTheSchemaAreThoseOfTheCode(t *testing.T) {
	t.Parallel()
	described, err := schema.Of[openai.Config]()
	if err != nil {
		t.Fatal(err)
	}
	decoded, err := schema.Decode[openai.Config](described, []byte(`{}`))
	if err != nil {
		t.Fatal(err)
	}
	if decoded.IdleTimeout == nil || *decoded.IdleTimeout != schema.Duration(2*time.Minute) {
		t.Errorf("idle_timeout is %v, want 2m", decoded.IdleTimeout)
	}
	if decoded.StreamUsage == nil || !*decoded.StreamUsage {
		t.Errorf("stream_usage is %v, want true", decoded.StreamUsage)
	}
	if decoded.BaseURL != "https://api.openai.com/v1" {
		t.Errorf("base_url is %q, want OpenAI's", decoded.BaseURL)
	}
}

func TestAnnotations(t *testing.T) {
	t.Parallel()
	described, err := schema.Of[openai.Config]()
	if err != nil {
		t.Fatal(err)
	}
	for annotation, want := range map[string]string{schema.Secret: "api_key", schema.Endpoint: "base_url"} {
		if got := described.Annotated(annotation); len(got) != 1 || got[0] != want {
			t.Errorf("%s are %v, want %s", annotation, got, want)
		}
	}
}
