package config_test

import (
	"encoding/json"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/bothost/bothost/host/config"
)

// layerOf draws a layer without what changes the rules of merging: another
// plugin, another endpoint.
func layerOf() *rapid.Generator[map[string]any] {
	return rapid.Custom(func(t *rapid.T) map[string]any {
		llm, prompts := map[string]any{}, map[string]any{}
		for key, value := range map[string]*rapid.Generator[any]{
			"temperature": rapid.IntRange(0, 2).AsAny(), "max_tokens": rapid.IntRange(1, 9).AsAny(),
			"region": rapid.SampledFrom([]string{"", "a", "b"}).AsAny(), "raw": rapid.Bool().AsAny(),
			"stop": rapid.SliceOfN(rapid.SampledFrom([]string{"x", "y"}), 0, 2).AsAny(),
		} {
			if rapid.Bool().Draw(t, "give "+key) {
				llm[key] = value.Draw(t, key)
			}
		}
		for _, name := range []string{"v1.2", "b"} {
			if rapid.Bool().Draw(t, "give "+name) {
				prompts[name] = rapid.SampledFrom([]string{"", "${env:X}", "text"}).Draw(t, name)
			}
		}
		return map[string]any{"bot": map[string]any{"llm": llm, "prompts": prompts}}
	})
}

// effective merges layers as overlays.
func effective(t *rapid.T, plugins plugins, layers ...map[string]any) map[string]any {
	var options config.LoadOptions
	for _, values := range layers {
		options.Overlays = append(options.Overlays, config.Overlay{Origin: "layer", Values: values})
	}
	loaded, err := config.Load(options)
	if err != nil {
		t.Fatal(err)
	}
	resolver, err := loaded.Bind(plugins)
	if err != nil {
		t.Fatal(err)
	}
	made, err := resolver.Bot("any", nil)
	if err != nil {
		t.Fatal(err)
	}
	return made.Effective()
}

func TestMergingTwiceIsMergingOnce(t *testing.T) {
	t.Parallel()
	plugins := catalog(t)
	rapid.Check(t, func(t *rapid.T) {
		a, b := layerOf().Draw(t, "a"), layerOf().Draw(t, "b")
		if diff := cmp.Diff(effective(t, plugins, a, b), effective(t, plugins, a, b, b)); diff != "" {
			t.Error(diff)
		}
	})
}

// What layers make together can be a layer itself.
func TestMergingIsAssociative(t *testing.T) {
	t.Parallel()
	plugins := catalog(t)
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := layerOf().Draw(t, "a"), layerOf().Draw(t, "b"), layerOf().Draw(t, "c")
		together := map[string]any{"bot": effective(t, plugins, b, c)}
		if diff := cmp.Diff(effective(t, plugins, a, b, c), effective(t, plugins, a, together)); diff != "" {
			t.Error(diff)
		}
	})
}

func TestLayersAreNotChanged(t *testing.T) {
	t.Parallel()
	plugins := catalog(t)
	rapid.Check(t, func(t *rapid.T) {
		a, b := layerOf().Draw(t, "a"), layerOf().Draw(t, "b")
		before, err := json.Marshal([]any{a, b})
		if err != nil {
			t.Fatal(err)
		}
		effective(t, plugins, a, b)
		if after, err := json.Marshal([]any{a, b}); err != nil || string(before) != string(after) {
			t.Errorf("before: %s, after: %s, %v", before, after, err)
		}
	})
}

func TestParseOverrides(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		`{"a": null}`:                      "a: null is not a value",
		`{"a": [null]}`:                    "a.0: null is not a value",
		`{"a": {"b": 1, "b": 2}}`:          `the key "a.b" is given twice`,
		`{"a": 1, "\u0061": 2}`:            `the key "a" is given twice`,
		`{"a": [{"b": 1, "b": 2}]}`:        `the key "a.b" is given twice`,
		`[]`:                               "want a JSON object",
		`null`:                             "want a JSON object",
		`"x"`:                              "want a JSON object",
		``:                                 "ends too early",
		`{"a": `:                           "ends too early",
		`{"a": 1`:                          "ends too early",
		`{"a": [1`:                         "ends too early",
		`{} {}`:                            "something after",
		`{"a": 1e999}`:                     "a: the number is out of range",
		`{"a": "\u0000"}`:                  "a: the text holds U+0000",
		"{\"a\": \"\xff\"}":                "not UTF-8",
		`{"a\u0007": 1}`:                   "a key holds a control character",
		`{"a": ` + strings.Repeat("[", 99): "nested too deeply",
		`{"x": ` + strings.Repeat(`{"a":`, 99) + "1" + strings.Repeat("}", 99) + "}": "nested too deeply",
	} {
		_, err := config.ParseOverrides([]byte(body))
		refused(t, err, want)
	}
	parsed := overrides(t, `{"a": 12345678901234567890.10, "b": {"v1.2": [1, {"c": true}]}}`)
	want := map[string]any{
		"a": json.Number("12345678901234567890.10"),
		"b": map[string]any{"v1.2": []any{json.Number("1"), map[string]any{"c": true}}},
	}
	if diff := cmp.Diff(want, parsed); diff != "" {
		t.Error(diff)
	}
}

func TestOverlaysTakeTheTypesOfPrograms(t *testing.T) {
	t.Parallel()
	overlay := func(llm map[string]any) config.LoadOptions {
		return config.LoadOptions{Overlays: []config.Overlay{{Origin: "program", Values: map[string]any{"bot": map[string]any{"llm": llm}}}}}
	}
	made := bot(t, bind(t, overlay(map[string]any{
		"temperature": float32(0.5), "max_tokens": uint8(3), "stop": []string{"a"}, "raw": true, "retries": json.Number("1"),
	})), `{}`)
	section := resolve(t, made.LLM)
	if got, want := string(section.PerCall), `{"max_tokens":3,"model":"gemma3:1b","raw":true,"stop":["a"],"temperature":0.5}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	for name, value := range map[string]any{"struct": struct{}{}, "function": func() {}, "pointer": new(int), "nil in a list": []any{nil}} {
		if err := attempt(t, overlay(map[string]any{"region": value}), `{}`); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestBotsAreMadeConcurrently(t *testing.T) {
	t.Parallel()
	resolver := bind(t, options(t, "bot: {llm: {stop: [a], headers: {A: x}}, prompts: {a: A}}"))
	given := overrides(t, `{"llm": {"temperature": 1}, "prompts": {"b": "B"}}`)
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			made, err := resolver.Bot("any", given)
			if err != nil {
				t.Error(err)
				return
			}
			made.Effective()["llm"] = nil
			if _, err := made.LLM.Resolve(); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
}

func FuzzParseOverrides(f *testing.F) {
	for _, body := range []string{
		`{}`, `{"llm": {"model": "m", "temperature": 0.5}}`, `{"a": [1, {"b": "\u0041"}]}`, `{"a": null}`, `{"a": 1, "a": 2}`,
		`{"llm": "x", "memory": [], "prompts": {"v1.2": "${env:X}"}, "system_prompt": {"name": ""}}`, `{"a": 1e400}`,
	} {
		f.Add([]byte(body))
	}
	resolver := bind(f, config.LoadOptions{})
	f.Fuzz(func(t *testing.T, body []byte) {
		parsed, err := config.ParseOverrides(body)
		if err != nil {
			_ = lines(t, err)
			return
		}
		if !json.Valid(body) {
			t.Fatal("accepted what is not JSON")
		}
		raw, err := json.Marshal(parsed)
		if err != nil {
			t.Fatal(err)
		}
		again, err := config.ParseOverrides(raw)
		if err != nil {
			t.Fatalf("what was accepted and written again is refused: %v", err)
		}
		if diff := cmp.Diff(parsed, again); diff != "" {
			t.Fatal(diff)
		}
		if made, err := resolver.Bot("fuzz", parsed); err == nil {
			if _, err := made.LLM.Resolve(); err != nil {
				_ = lines(t, err)
			}
		} else {
			_ = lines(t, err)
		}
	})
}
