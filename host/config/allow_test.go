package config_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bothost/bothost/host/allow"
	"github.com/bothost/bothost/host/config"
	"github.com/bothost/bothost/sdk/fault"
)

func TestAllow(t *testing.T) {
	t.Parallel()
	resolver := bind(t, options(t, `bot: {allow: {models: [small], parameters: [temperature, stop], bounds: {temperature: {max: 1}}}}`))
	most := 1.0
	want := allow.Rules{
		Models: []string{"small"}, Parameters: []allow.Name{allow.Temperature, allow.Stop},
		Bounds: allow.Bounds{Temperature: allow.Range{Max: &most}},
	}
	if diff := cmp.Diff(want, bot(t, resolver, `{}`).Allow); diff != "" {
		t.Errorf("inherited:\n%s", diff)
	}
	want.Parameters, want.SystemMessages = []allow.Name{}, true
	if diff := cmp.Diff(want, bot(t, resolver, `{"allow": {"parameters": [], "system_messages": true}}`).Allow); diff != "" {
		t.Errorf("overridden:\n%s", diff)
	}
	for body, key := range map[string]string{
		`{"allow": true}`:                            "allow: want a map",
		`{"allow": {"parameters": ["heat"]}}`:        "allow.parameters.0: want one of",
		`{"allow": {"bounds": {"stop": {}}}}`:        "allow.bounds.stop: unknown key",
		`{"allow": {"bounds": {"top_p": 1}}}`:        "allow.bounds.top_p: want a map",
		`{"allow": {"bounds": {"seed": {"mx": 1}}}}`: `allow.bounds.seed.mx: unknown key; did you mean "max"?`,
		`{"allow": {"model": ["x"]}}`:                `allow.model: unknown key; did you mean "models"?`,
	} {
		_, err := resolver.Bot("t", overrides(t, body))
		refused(t, err, key)
	}
}

func TestAdjust(t *testing.T) {
	t.Parallel()
	section := bot(t, bind(t, config.LoadOptions{}), `{"llm": {"temperature": 0.7}}`).LLM
	options := resolve(t, section).PerCall
	adjusted, err := section.Adjust(options, map[string]any{"temperature": 0.0, "max_tokens": 5.0, "model": "small"})
	if want := `{"max_tokens":5,"model":"small","temperature":0}`; err != nil || string(adjusted) != want {
		t.Errorf("adjusted to %s, %v; want %s", adjusted, err, want)
	}
	for name, test := range map[string]struct {
		change map[string]any
		code   fault.Code
	}{
		"base_url":    {map[string]any{"base_url": "http://elsewhere"}, fault.Unsupported},
		"top_k":       {map[string]any{"top_k": 1.0}, fault.Unsupported},
		"temperature": {map[string]any{"temperature": "hot"}, fault.Invalid},
	} {
		_, err := section.Adjust(options, test.change)
		if e := fault.As(err); e == nil || e.Code != test.code || len(e.Fields) != 1 || e.Fields[0].Key != name {
			t.Errorf("%v gives %v", test.change, err)
		}
	}
}
