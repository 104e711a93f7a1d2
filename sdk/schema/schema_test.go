package schema_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/schema"
)

type connection struct {
	Host     string `json:"host" jsonschema:"required,description=Name or address\\, without a port" jsonschema_extras:"x-endpoint=true"`
	Port     int    `json:"port,omitempty" jsonschema:"minimum=1,maximum=65535,default=5432"`
	Password string `json:"password,omitempty" jsonschema_extras:"x-secret=true"`
}

type pool struct {
	Size *int `json:"size,omitempty" jsonschema:"minimum=1,default=20"`
}

type config struct {
	BaseURL    string          `json:"base_url,omitempty" jsonschema:"default=http://127.0.0.1:1,minLength=1,pattern=^https?://" jsonschema_extras:"x-endpoint=true"`
	Key        string          `json:"api_key,omitempty" jsonschema_extras:"x-secret=true"`
	File       string          `json:"file,omitempty" jsonschema_extras:"x-path=true"`
	Wait       schema.Duration `json:"wait,omitempty" jsonschema:"default=30s"`
	Strict     bool            `json:"strict,omitempty" jsonschema:"default=true"`
	Connection *connection     `json:"connection,omitempty"`
	Pool       pool            `json:"pool,omitempty"`
	Tags       []string        `json:"tags,omitempty" jsonschema:"maxItems=2"`
}

type options struct {
	Model       string   `json:"model,omitempty" jsonschema:"default=small"`
	Temperature *float64 `json:"temperature,omitempty" jsonschema:"minimum=0,maximum=2"`
	Format      string   `json:"format,omitempty" jsonschema:"enum=text,enum=json"`
	MaxTokens   int64    `json:"max_tokens,omitempty" jsonschema:"exclusiveMinimum=0"`
}

func section(t *testing.T) *schema.Schema {
	t.Helper()
	instance, err := schema.Of[config]()
	if err != nil {
		t.Fatal(err)
	}
	perCall, err := schema.Of[options]()
	if err != nil {
		t.Fatal(err)
	}
	combined, err := schema.Combine(instance, perCall)
	if err != nil {
		t.Fatal(err)
	}
	return combined
}

func value(t *testing.T, text string) map[string]any {
	t.Helper()
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	var decoded map[string]any
	if err := decoder.Decode(&decoded); err != nil {
		t.Fatal(err)
	}
	return decoded
}

func TestCheckAcceptsWhatFits(t *testing.T) {
	t.Parallel()
	s := section(t)
	for _, text := range []string{
		`{}`,
		`{"temperature": 0, "max_tokens": 1e2, "model": ""}`,
		`{"wait": "1m30s"}`, `{"wait": 2.5}`, `{"wait": "0"}`,
		`{"connection": {"host": "db", "port": 1}}`,
	} {
		if problems := s.Check(value(t, text)); len(problems) > 0 {
			t.Errorf("%s: %v", text, problems)
		}
	}
	native := map[string]any{"temperature": 1, "max_tokens": int64(3), "strict": false, "tags": []any{"a"}, "wait": 2.0}
	if problems := s.Check(native); len(problems) > 0 {
		t.Errorf("values of Go's own types: %v", problems)
	}
}

func TestCheckExplainsEveryMistake(t *testing.T) {
	t.Parallel()
	s := section(t)
	allowed := "(allowed: api_key, base_url, connection, file, format, max_tokens, model, pool, strict, tags, temperature, wait)"
	for _, test := range []struct {
		name, text string
		want       []schema.Problem
	}{
		{"unknown key", `{"modl": "x"}`, []schema.Problem{{Key: "modl", Message: `unknown key; did you mean "model"? ` + allowed}}},
		{"beginning of a key", `{"temp": 1}`, []schema.Problem{{Key: "temp", Message: `unknown key; did you mean "temperature"? ` + allowed}}},
		{"unknown key near nothing", `{"zzzzzz": 1}`, []schema.Problem{{Key: "zzzzzz", Message: "unknown key " + allowed}}},
		{
			"unknown nested key", `{"connection": {"host": "a", "prot": 1}}`,
			[]schema.Problem{{Key: "connection.prot", Message: `unknown key; did you mean "port"? (allowed: host, password, port)`}},
		},
		{"type", `{"model": 1}`, []schema.Problem{{Key: "model", Message: "want a string, got a number"}}},
		{"number as text", `{"temperature": "0.5"}`, []schema.Problem{{Key: "temperature", Message: "want a number, got a string"}}},
		{"fraction", `{"max_tokens": 1.5}`, []schema.Problem{{Key: "max_tokens", Message: "want a whole number, got a number"}}},
		{"object for scalar", `{"model": {}}`, []schema.Problem{{Key: "model", Message: "want a string, got a map of keys"}}},
		{"too high", `{"temperature": 2.1}`, []schema.Problem{{Key: "temperature", Message: "want at most 2, got 2.1"}}},
		{"too low", `{"temperature": -1}`, []schema.Problem{{Key: "temperature", Message: "want at least 0, got -1"}}},
		{"not above", `{"max_tokens": 0}`, []schema.Problem{{Key: "max_tokens", Message: "want more than 0, got 0"}}},
		{"enum", `{"format": "xml"}`, []schema.Problem{{Key: "format", Message: `want one of "text", "json"`}}},
		{"required", `{"connection": {}}`, []schema.Problem{{Key: "connection.host", Message: "is required", Missing: true}}},
		{"null", `{"model": null}`, []schema.Problem{{Key: "model", Message: "null is not a value; leave the key out, or give it a value"}}},
		{"null where required", `{"connection": {"host": null}}`, []schema.Problem{{Key: "connection.host", Message: "null is not a value; leave the key out, or give it a value"}}},
		{"null in a list", `{"tags": [null]}`, []schema.Problem{{Key: "tags.0", Message: "null is not a value; leave the key out, or give it a value"}}},
		{"item of a list", `{"tags": ["a", 2]}`, []schema.Problem{{Key: "tags.1", Message: "want a string, got a number"}}},
		{"long list", `{"tags": ["a", "b", "c"]}`, []schema.Problem{{Key: "tags", Message: "want at most 2 items, got 3"}}},
		{"huge exponent", `{"temperature": 1e999999999}`, []schema.Problem{{Key: "temperature", Message: "the number is out of range"}}},
		{"whole and huge", `{"max_tokens": 99999999999999999999, "pool": {"size": 1e30}}`, []schema.Problem{
			{Key: "max_tokens", Message: "the number is out of range"}, {Key: "pool.size", Message: "the number is out of range"},
		}},
		{"tiny exponent", `{"temperature": 1e-999999999}`, []schema.Problem{{Key: "temperature", Message: "the number is out of range"}}},
		{"duration", `{"wait": "soon"}`, []schema.Problem{{Key: "wait", Message: "want a duration like 300s, or a number of seconds"}}},
		{"negative duration", `{"wait": -1}`, []schema.Problem{{Key: "wait", Message: "want at least 0, got -1"}}},
		{"duration of another type", `{"wait": true}`, []schema.Problem{{Key: "wait", Message: "want a number or a string, got true or false"}}},
		{"pattern", `{"base_url": "ftp://secret@x"}`, []schema.Problem{{Key: "base_url", Message: "does not match ^https?://"}}},
		{"all at once", `{"model": 1, "temperature": 3, "connection": {"port": 0}}`, []schema.Problem{
			{Key: "connection.host", Message: "is required", Missing: true},
			{Key: "connection.port", Message: "want at least 1, got 0"},
			{Key: "model", Message: "want a string, got a number"},
			{Key: "temperature", Message: "want at most 2, got 3"},
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(test.want, s.Check(value(t, test.text))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestAnnotated(t *testing.T) {
	t.Parallel()
	s := section(t)
	for annotation, want := range map[string][]string{
		schema.Secret:   {"api_key", "connection.password"},
		schema.Endpoint: {"base_url", "connection.host"},
		schema.Path:     {"file"},
		schema.PerCall:  {"format", "max_tokens", "model", "temperature"},
	} {
		if diff := cmp.Diff(want, s.Annotated(annotation)); diff != "" {
			t.Errorf("%s: %s", annotation, diff)
		}
	}
}

func TestSplit(t *testing.T) {
	t.Parallel()
	instance, perCall := section(t).Split(value(t, `{"model": "m", "temperature": 0, "api_key": "k", "connection": {"host": "h"}}`))
	if diff := cmp.Diff(value(t, `{"api_key": "k", "connection": {"host": "h"}}`), instance); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(value(t, `{"model": "m", "temperature": 0}`), perCall); diff != "" {
		t.Error(diff)
	}
}

func TestDefaults(t *testing.T) {
	t.Parallel()
	s := section(t)
	given := value(t, `{"strict": false, "connection": {"host": "h"}}`)
	got := s.Defaults(given)
	want := value(t, `{"base_url": "http://127.0.0.1:1", "wait": "30s", "strict": false, "model": "small",
		"connection": {"host": "h", "port": 5432}, "pool": {"size": 20}}`)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(value(t, `{"strict": false, "connection": {"host": "h"}}`), given); diff != "" {
		t.Errorf("the argument was changed: %s", diff)
	}
	if got := s.Defaults(nil); got["connection"] != nil {
		t.Errorf("an absent object with a required key was made: %v", got)
	}
}

func TestDecode(t *testing.T) {
	t.Parallel()
	s, err := schema.Of[config]()
	if err != nil {
		t.Fatal(err)
	}
	got, err := schema.Decode[config](s, []byte(`{"wait": 1.5, "connection": {"host": "h", "port": 1.0}}`))
	if err != nil {
		t.Fatal(err)
	}
	size := 20
	want := config{
		BaseURL: "http://127.0.0.1:1", Wait: schema.Duration(1500 * time.Millisecond), Strict: true,
		Connection: &connection{Host: "h", Port: 1}, Pool: pool{Size: &size},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if _, err := schema.Decode[config](s, nil); err != nil {
		t.Errorf("no input is an empty section: %v", err)
	}
}

func TestDecodeFails(t *testing.T) {
	t.Parallel()
	s, err := schema.Of[config]()
	if err != nil {
		t.Fatal(err)
	}
	_, err = schema.Decode[config](s, []byte(`{"strict": 1, "api_key": {"hunter2": 1}}`))
	if !fault.Is(err, fault.Invalid) {
		t.Fatalf("want an invalid fault, got %v", err)
	}
	want := []fault.Field{{Key: "api_key", Message: "want a string, got a map of keys"}, {Key: "strict", Message: "want true or false, got a number"}}
	if diff := cmp.Diff(want, fault.As(err).Fields); diff != "" {
		t.Error(diff)
	}
	for _, raw := range []string{`[]`, `null`, `{} {}`, `{`, `1`} {
		if _, err := schema.Decode[config](s, []byte(raw)); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: want an invalid fault, got %v", raw, err)
		}
	}
}

func TestCombineRefusesAKeyInBothHalves(t *testing.T) {
	t.Parallel()
	s, err := schema.Of[options]()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := schema.Combine(s, s); err == nil || !strings.Contains(err.Error(), "of the instance and of each call") {
		t.Errorf("got %v", err)
	}
}

func TestWithKey(t *testing.T) {
	t.Parallel()
	s, err := schema.Of[options]()
	if err != nil {
		t.Fatal(err)
	}
	with, err := s.WithKey("provider", "The plugin.")
	if err != nil {
		t.Fatal(err)
	}
	given := map[string]any{"provider": "ollama", "model": "m"}
	if problems := with.Check(given); len(problems) > 0 {
		t.Errorf("the key is refused: %v", problems)
	}
	if problems := s.Check(given); len(problems) != 1 {
		t.Errorf("the schema it was made from was changed: %v", problems)
	}
	if problems := with.Check(map[string]any{"providr": "x"}); len(problems) != 1 || !strings.Contains(problems[0].Message, `"provider"`) {
		t.Errorf("the key is not proposed: %v", problems)
	}
}

func TestCoerce(t *testing.T) {
	t.Parallel()
	s := section(t)
	for _, test := range []struct {
		key, text string
		want      any
	}{
		{"model", "7", "7"},
		{"temperature", "0.5", json.Number("0.5")},
		{"max_tokens", "10", json.Number("10")},
		{"max_tokens", "", ""},
		{"max_tokens", "ten", "ten"},
		{"max_tokens", "0x10", "0x10"},
		{"strict", "true", true},
		{"strict", "yes", "yes"},
		{"wait", "5s", "5s"},
		{"connection.port", "1", json.Number("1")},
		{"tags", "a, b", []any{"a", "b"}},
		{"tags", `["a,b"]`, []any{"a,b"}},
		{"tags", "", []any{}},
		{"connection", `{"host": "h"}`, map[string]any{"host": "h"}},
		{"nothing", "1", "1"},
	} {
		if diff := cmp.Diff(test.want, s.Coerce(strings.Split(test.key, "."), test.text)); diff != "" {
			t.Errorf("%s=%s: %s", test.key, test.text, diff)
		}
	}
}

func TestParse(t *testing.T) {
	t.Parallel()
	for name, raw := range map[string]string{
		"not JSON":           `{`,
		"not an object":      `true`,
		"not of an object":   `{"type": "string"}`,
		"another document":   `{"type": "object", "properties": {"a": {"$ref": "file:///etc/passwd"}}}`,
		"remote document":    `{"type": "object", "properties": {"a": {"$ref": "https://example.com/a.json"}}}`,
		"against the drafts": `{"type": "object", "properties": 1}`,
	} {
		if _, err := schema.Parse([]byte(raw)); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

// Schemas of plugins in other languages keep parts under $defs.
func TestReferencesAreFollowed(t *testing.T) {
	t.Parallel()
	raw := `{"type": "object", "additionalProperties": false, "$defs": {
		"server": {"type": "object", "additionalProperties": false, "properties": {
			"key": {"type": "string", "x-secret": true}, "port": {"type": "integer", "default": 1},
			"backup": {"$ref": "#/$defs/server"}}}},
		"properties": {"server": {"$ref": "#/$defs/server", "x-per-call": true}}}`
	s, err := schema.Parse([]byte(raw))
	if err != nil {
		t.Fatal(err)
	}
	if secrets := s.Annotated(schema.Secret); !slices.Contains(secrets, "server.key") || !slices.Contains(secrets, "server.backup.key") {
		t.Errorf("secrets: %v", secrets)
	}
	if _, perCall := s.Split(map[string]any{"server": map[string]any{}}); len(perCall) != 1 {
		t.Errorf("an annotation beside a reference was lost")
	}
	if got := s.Defaults(map[string]any{}); len(got) > 0 {
		t.Errorf("an object was made through a reference: %v", got)
	}
	problems := s.Check(map[string]any{"server": map[string]any{"prot": 1}})
	if len(problems) != 1 || !strings.Contains(problems[0].Message, `did you mean "port"?`) {
		t.Errorf("problems: %v", problems)
	}
}

func TestEveryBoundIsNamed(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ property, value, want string }{
		{`{"type": "number", "exclusiveMaximum": 1.5}`, `1.5`, "want less than 1.5, got 1.5"},
		{`{"type": "integer", "multipleOf": 4}`, `6`, "want a multiple of 4, got 6"},
		{`{"type": "string", "minLength": 3}`, `"ab"`, "want at least 3 characters, got 2"},
		{`{"type": "string", "maxLength": 3}`, `"abcd"`, "want at most 3 characters, got 4"},
		{`{"type": "array", "minItems": 2}`, `[1]`, "want at least 2 items, got 1"},
		{`{"const": 3}`, `4`, "want 3"},
		{`false`, `4`, "is not allowed"},
		{`{"not": {"type": "string"}}`, `"a"`, "is not allowed"},
		{`{"type": "array", "uniqueItems": true}`, `[1, 1]`, "does not fit: uniqueItems"},
		{`{"oneOf": [{"type": "number"}, {"minimum": 0}]}`, `1`, "fits more than one of the allowed forms"},
		{`{"type": "object", "additionalProperties": false}`, `{"x": 1}`, "unknown key; none are allowed here"},
	} {
		s, err := schema.Parse([]byte(`{"type": "object", "properties": {"a": ` + test.property + `}}`))
		if err != nil {
			t.Fatal(err)
		}
		problems := s.Check(value(t, `{"a": `+test.value+`}`))
		if len(problems) != 1 || problems[0].Message != test.want {
			t.Errorf("%s: got %v, want %q", test.property, problems, test.want)
		}
	}
}

func TestRawIsACopyThatParses(t *testing.T) {
	t.Parallel()
	s := section(t)
	raw := s.Raw()
	again, err := schema.Parse(raw)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(s.Keys(), again.Keys()); diff != "" {
		t.Error(diff)
	}
	clear(raw)
	if !json.Valid(s.Raw()) {
		t.Error("the schema was changed through what Raw gave")
	}
}

func TestDefaultsAreNotShared(t *testing.T) {
	t.Parallel()
	s, err := schema.Parse([]byte(`{"type": "object", "properties": {"a": {"default": {"b": [1]}}}}`))
	if err != nil {
		t.Fatal(err)
	}
	clear(s.Defaults(nil)["a"].(map[string]any))
	if diff := cmp.Diff(value(t, `{"a": {"b": [1]}}`), s.Defaults(nil)); diff != "" {
		t.Error(diff)
	}
}

func TestKeysThatNeedOthers(t *testing.T) {
	t.Parallel()
	s, err := schema.Parse([]byte(`{"type": "object", "dependentRequired": {"certificate": ["key"]}}`))
	if err != nil {
		t.Fatal(err)
	}
	want := []schema.Problem{{Message: "certificate also needs key"}}
	if diff := cmp.Diff(want, s.Check(map[string]any{"certificate": "c"})); diff != "" {
		t.Error(diff)
	}
}

func TestAlternatives(t *testing.T) {
	t.Parallel()
	s, err := schema.Parse([]byte(`{"type": "object", "properties": {"stop": {"anyOf": [{"type": "string"}, {"type": "array"}]}}}`))
	if err != nil {
		t.Fatal(err)
	}
	want := []schema.Problem{{Key: "stop", Message: "fits none of the allowed forms: want a string, got a number; or want a list, got a number"}}
	if diff := cmp.Diff(want, s.Check(map[string]any{"stop": 1})); diff != "" {
		t.Error(diff)
	}
}

func TestSizeRoundTrip(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]schema.Size{`"64MiB"`: 64 << 20, `1536`: 1536, `"1536B"`: 1536, `"3KiB"`: 3 << 10, `"999999999GiB"`: 999999999 << 30, `0`: 0} {
		var got, again schema.Size
		if err := json.Unmarshal([]byte(text), &got); err != nil || got != want {
			t.Errorf("%s: got %v, %v", text, got, err)
		}
		raw, err := json.Marshal(got)
		if err != nil || json.Unmarshal(raw, &again) != nil || again != want {
			t.Errorf("%s became %s, %v, and %v", text, raw, err, again)
		}
	}
	if got := schema.Size(64 << 20).String(); got != "64MiB" {
		t.Errorf("got %s", got)
	}
	for _, text := range []string{`"64"`, `"64MB"`, `"-1MiB"`, `"1.5MiB"`, `-1`, `1.5`, `true`, `"9999999999GiB"`, `" 1B"`} {
		var got schema.Size
		if json.Unmarshal([]byte(text), &got) == nil {
			t.Errorf("%s became %v", text, got)
		}
	}
}

func TestDurationRoundTrip(t *testing.T) {
	t.Parallel()
	raw, err := json.Marshal(schema.Duration(90 * time.Second))
	if err != nil || string(raw) != `"1m30s"` {
		t.Fatalf("got %s, %v", raw, err)
	}
	for text, want := range map[string]time.Duration{`"300s"`: 300 * time.Second, `0.25`: 250 * time.Millisecond, `"0"`: 0} {
		var got schema.Duration
		if err := json.Unmarshal([]byte(text), &got); err != nil || time.Duration(got) != want {
			t.Errorf("%s: got %s, %v", text, got, err)
		}
	}
	for _, text := range []string{`-1`, `"-1s"`, `1e300`, `true`, `"x"`} {
		var got schema.Duration
		if err := json.Unmarshal([]byte(text), &got); err == nil {
			t.Errorf("%s: accepted as %s", text, got)
		}
	}
}
