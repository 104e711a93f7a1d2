package openai_test

import (
	"strings"
	"testing"

	"github.com/bothost/bothost/plugins/llm-openai/openai"
)

// TestTheEnvironmentSaysNothing: a key that is there for another program must not
// be sent to a server that a configuration names. Not parallel: it sets the
// environment.
func TestTheEnvironmentSaysNothing(t *testing.T) {
	for name, value := range map[string]string{
		"OPENAI_API_KEY": key, "OPENAI_ORG_ID": "org", "OPENAI_PROJECT_ID": "project",
		"OPENAI_BASE_URL": "http://127.0.0.1:1/v1", "OPENAI_CUSTOM_HEADERS": "X-Custom: yes",
	} {
		t.Setenv(name, value)
	}
	got := received(t, openai.Config{}, hello())
	for _, header := range []string{"Authorization", "OpenAI-Organization", "OpenAI-Project", "X-Custom"} {
		if value := got.Header.Get(header); value != "" {
			t.Errorf("%s is %q", header, value)
		}
	}
}

func TestOpenAIIsTheDefault(t *testing.T) {
	t.Parallel()
	for _, config := range []openai.Config{{}, {BaseURL: " "}} {
		// The proxy of these tests makes no tunnels.
		_, err := open(t, config).Check(t.Context(), openai.Options{})
		if err == nil || !strings.Contains(err.Error(), "https://api.openai.com/v1") {
			t.Errorf("check says %v, want it to name OpenAI's address", err)
		}
	}
}

// TestTheNameOfTheLimit depends on whose server it is.
func TestTheNameOfTheLimit(t *testing.T) {
	t.Parallel()
	for host, want := range map[string]string{
		"api.openai.com":      "max_completion_tokens",
		"eu.api.openai.com":   "max_completion_tokens",
		"api.openai.com.test": "max_tokens",
		"myapi.openai.com":    "max_tokens",
		"models.test":         "max_tokens",
	} {
		request := hello()
		request.Options.MaxTokens = new(int64(500))
		var told collect
		if _, err := open(t, openai.Config{BaseURL: "http://" + host + "/v1"}).Chat(t.Context(), request, told.emit); err != nil {
			t.Fatal(err)
		}
		requests := atOpenAI.Requests()
		limits := object{}
		for _, name := range []string{"max_tokens", "max_completion_tokens"} {
			if value, ok := requests[len(requests)-1].Body[name]; ok {
				limits[name] = value
			}
		}
		if len(limits) != 1 || limits[want] != 500.0 {
			t.Errorf("%s gets %v, want %s", host, limits, want)
		}
	}
}
