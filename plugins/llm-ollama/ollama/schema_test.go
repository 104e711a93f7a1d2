package ollama_test

import (
	"testing"
	"time"

	"github.com/bothost/bothost/plugins/llm-ollama/ollama"
	"github.com/bothost/bothost/sdk"
	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/schema"
)

func TestConfigurationHasASchema(t *testing.T) {
	t.Parallel()
	if _, err := sdk.NewLLM("llm-ollama", "1.2.3", ollama.Open); err != nil {
		t.Fatal(err)
	}
}

func TestOptionsAreChecked(t *testing.T) {
	t.Parallel()
	described, err := schema.Of[ollama.Options]()
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct{ raw, key string }{
		"only a model":      {raw: `{"model": "m"}`},
		"zeros":             {raw: `{"model": "m", "temperature": 0, "top_p": 0, "top_k": 0, "seed": 0, "keep_alive": 0}`},
		"all":               {raw: `{"model": "m", "max_tokens": 9, "stop": ["a"], "num_ctx": 512, "keep_alive": "10m", "think": true}`},
		"no model":          {raw: `{}`, key: "model"},
		"an empty model":    {raw: `{"model": ""}`, key: "model"},
		"no room":           {raw: `{"model": "m", "max_tokens": 0}`, key: "max_tokens"},
		"half a token":      {raw: `{"model": "m", "max_tokens": 1.5}`, key: "max_tokens"},
		"a text for a list": {raw: `{"model": "m", "stop": "a"}`, key: "stop"},
		"no time to keep":   {raw: `{"model": "m", "keep_alive": "long"}`, key: "keep_alive"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := schema.Decode[ollama.Options](described, []byte(test.raw))
			if test.key == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			if fields := fault.As(err).Fields; len(fields) != 1 || fields[0].Key != test.key {
				t.Errorf("wrong keys are %v, want %s", fields, test.key)
			}
		})
	}
}

func TestDefaultsOfTheSchemaAreThoseOfTheCode(t *testing.T) {
	t.Parallel()
	options, err := schema.Of[ollama.Options]()
	if err != nil {
		t.Fatal(err)
	}
	decoded, err := schema.Decode[ollama.Options](options, []byte(`{"model": "m"}`))
	if err != nil || decoded.MaxTokens == nil || *decoded.MaxTokens != 1024 {
		t.Errorf("max_tokens is %v (%v), want 1024", decoded.MaxTokens, err)
	}
	config, err := schema.Of[ollama.Config]()
	if err != nil {
		t.Fatal(err)
	}
	opened, err := schema.Decode[ollama.Config](config, []byte(`{}`))
	if err != nil || opened.IdleTimeout == nil || *opened.IdleTimeout != schema.Duration(2*time.Minute) {
		t.Errorf("idle_timeout is %v (%v), want 2m", opened.IdleTimeout, err)
	}
}

func TestKeepAliveForms(t *testing.T) {
	t.Parallel()
	described, err := schema.Of[ollama.Options]()
	if err != nil {
		t.Fatal(err)
	}
	for written, want := range map[string]string{
		`"10m"`: `10m0s`, `90`: `1m30s`, `0`: `0s`, `"0"`: `0s`, `-1`: `-1ns`, `"-5m"`: `-1ns`,
	} {
		options, err := schema.Decode[ollama.Options](described, []byte(`{"model": "m", "keep_alive": `+written+`}`))
		if err != nil || options.KeepAlive == nil || time.Duration(*options.KeepAlive).String() != want {
			t.Errorf("keep_alive %s is %v (%v), want %s", written, options.KeepAlive, err, want)
		}
	}
}
