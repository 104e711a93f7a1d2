package openai_test

import (
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/bothost/bothost/plugins/llm-openai/fakeopenai"
	"github.com/bothost/bothost/plugins/llm-openai/openai"
	"github.com/bothost/bothost/sdk/fault"
)

// TestTheKeyIsNotRepeated: servers may quote it.
func TestTheKeyIsNotRepeated(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]fakeopenai.Answer{
		"in whole":              {Status: 400, Problem: `{"error":{"message":"unknown key ` + key + `"}}`},
		"in part":               {Status: 401, Problem: `{"error":{"message":"Incorrect API key provided: sk-very*********-key.","code":"invalid_api_key"}}`},
		"in mid reply":          {Raw: `data: {"error":{"message":"unknown key ` + key + `"}}` + "\n\n"},
		"in part, in mid reply": {Raw: `data: {"error":{"message":"Incorrect API key provided: sk-very*********-key.","code":401}}` + "\n\n"},
		"as the code":           {Status: 401, Problem: `{"error":{"message":"no","code":"` + key + `"}}`},
		"as the type":           {Status: 403, Problem: `{"error":{"message":"","type":"` + key + `","param":"` + key + `"}}`},
		"in no document":        {Status: 500, Problem: "unknown key " + key},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var told collect
			_, err := start(t, fake(answer), openai.Config{APIKey: key}).Chat(t.Context(), hello(), told.emit)
			if err == nil || strings.Contains(err.Error(), key) || strings.Contains(err.Error(), "sk-very") {
				t.Errorf("got %v, want an error without the key", err)
			}
		})
	}
}

// TestThePasswordIsNotRepeated: what stands in front of a server may quote it.
func TestThePasswordIsNotRepeated(t *testing.T) {
	t.Parallel()
	const password = "only-for-the-proxy"
	server := httptest.NewServer(fake(fakeopenai.Answer{Status: 403, Problem: `{"error":"me:` + password + ` is unknown"}`}))
	defer server.Close()
	provider := open(t, openai.Config{BaseURL: strings.Replace(server.URL, "://", "://me:"+password+"@", 1) + "/v1"})
	var told collect
	_, err := provider.Chat(t.Context(), hello(), told.emit)
	if err == nil || strings.Contains(err.Error(), password) || !strings.Contains(err.Error(), "is unknown") {
		t.Errorf("got %v, want an error without the password", err)
	}
}

func TestAKeyThatIsMissing(t *testing.T) {
	t.Parallel()
	provider := start(t, fakeopenai.New(model).Require(key), openai.Config{})
	var told collect
	_, chatErr := provider.Chat(t.Context(), hello(), told.emit)
	_, checkErr := provider.Check(t.Context(), openai.Options{Model: model})
	for call, err := range map[string]error{"chat": chatErr, "check": checkErr} {
		if !fault.Is(err, fault.Unavailable) || !fault.As(err).Upstream || !strings.Contains(fault.As(err).Remedy, "set api_key") {
			t.Errorf("%s: got %v, want a remedy that says to set api_key", call, err)
		}
	}
}
