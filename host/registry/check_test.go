package registry_test

import (
	"encoding/json"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/bothost/bothost/host/bot"
	"github.com/bothost/bothost/host/registry"
	"github.com/bothost/bothost/sdk/fault"
)

// wantField checks that an error is about one key; "": that there is none.
func wantField(t *testing.T, err error, key string) {
	t.Helper()
	if key == "" {
		if err != nil {
			t.Errorf("got %v", err)
		}
		return
	}
	if !fault.Is(err, fault.Invalid) || len(fault.As(err).Fields) != 1 || fault.As(err).Fields[0].Key != key {
		t.Errorf("got %v, want a fault of %s", err, key)
	}
}

func TestCheckName(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{"Ann's 2nd ☎": "", "": "id", "a\nb": "id"} {
		wantField(t, registry.CheckName("id", name), want)
	}
}

func TestCheckTurn(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 257)
	metadata := func(text string) bot.Context { return bot.Context{Metadata: json.RawMessage(text)} }
	for name, test := range map[string]struct {
		context bot.Context
		text    string
		// wrong is the key that is refused; "": the turn runs.
		wrong string
	}{
		"plain":                   {text: "Hi"},
		"odd text":                {text: " \n\t\u0001\u2028 "},
		"no text":                 {wrong: "message"},
		"NUL":                     {text: "a\x00", wrong: "message"},
		"not UTF-8":               {text: "\xff", wrong: "message"},
		"conversation":            {text: "Hi", context: bot.Context{ConversationID: long}, wrong: "conversation_id"},
		"user":                    {text: "Hi", context: bot.Context{UserID: "a\n"}, wrong: "user_id"},
		"key":                     {text: "Hi", context: bot.Context{IdempotencyKey: long}, wrong: "Idempotency-Key"},
		"metadata":                {text: "Hi", context: metadata(`{"a":[1,"b",{"c":null}]}`)},
		"metadata null":           {text: "Hi", context: metadata(`null`), wrong: "metadata"},
		"metadata list":           {text: "Hi", context: metadata(`[]`), wrong: "metadata"},
		"metadata not JSON":       {text: "Hi", context: metadata(`{`), wrong: "metadata"},
		"metadata NUL":            {text: "Hi", context: metadata(`{"a":[{"b":"\u0000"}]}`), wrong: "metadata"},
		"metadata NUL in a key":   {text: "Hi", context: metadata(`{"a":{"\u0000":1}}`), wrong: "metadata"},
		"metadata at the limit":   {text: "Hi", context: metadata(`{"a":"` + strings.Repeat("x", registry.MaxMetadataBytes-8) + `"}`)},
		"metadata over the limit": {text: "Hi", context: metadata(`{"a":"` + strings.Repeat("x", registry.MaxMetadataBytes-7) + `"}`), wrong: "metadata"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				h := newHarness().start(t)
				_, err := h.Chat(t.Context(), "nobody", test.context, test.text, nil)
				if test.wrong == "" && fault.Is(err, fault.NotFound) {
					// It got as far as looking for the tenant.
					err = nil
				}
				wantField(t, err, test.wrong)
			})
		})
	}
}
