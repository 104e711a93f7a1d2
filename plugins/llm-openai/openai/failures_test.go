package openai_test

import (
	"net"
	"strings"
	"testing"
	"time"

	"github.com/bothost/bothost/plugins/llm-openai/fakeopenai"
	"github.com/bothost/bothost/plugins/llm-openai/openai"
	"github.com/bothost/bothost/sdk/fault"
)

// failure is what a call comes to.
type failure struct {
	code   fault.Code
	reason string
	// wait is what the caller is told to wait; 0: nothing is said.
	wait time.Duration
	// says is in the message or in the remedy.
	says string
}

// checkFailure makes a call that fails as wanted, asks the server only once, and is
// followed by one that does not fail.
func checkFailure(t *testing.T, answer fakeopenai.Answer, want failure) {
	t.Helper()
	server := fake(answer)
	provider := start(t, server, openai.Config{APIKey: key})
	var told collect
	_, err := provider.Chat(t.Context(), hello(), told.emit)
	got := fault.As(err)
	if got == nil {
		t.Fatalf("it did not fail, and said %q", told.reply())
	}
	if got.Code != want.code || !got.Upstream || got.Reason != want.reason || got.RetryAfter != want.wait {
		t.Errorf("got %+v, want %+v from upstream", got, want)
	}
	if !strings.Contains(got.Error(), want.says) {
		t.Errorf("error is %q, want it to say %q", got, want.says)
	}
	if asked := len(server.Requests()); asked != 1 {
		t.Errorf("the server was asked %d times", asked)
	}
	server.AnswerWith(fakeopenai.Say("well again"))
	if _, err := provider.Chat(t.Context(), hello(), told.emit); err != nil {
		t.Errorf("the next call: %v", err)
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	const busy = 5 * time.Second
	tests := map[string]struct {
		answer fakeopenai.Answer
		want   failure
	}{
		"a wrong key": {
			fakeopenai.WrongKey(), failure{code: fault.Unavailable, says: "api_key"},
		},
		"a key without the right": {
			fakeopenai.Answer{Status: 403, Problem: `{"error":{"message":"You have insufficient permissions for this operation.","type":"invalid_request_error","param":null,"code":null}}`},
			failure{code: fault.Unavailable, says: "api_key"},
		},
		"a key without the right to the model": {
			fakeopenai.Answer{Status: 403, Problem: `{"error":{"message":"Project p does not have access to model gpt-4","type":"invalid_request_error","param":null,"code":"model_not_found"}}`},
			failure{code: fault.NotFound, reason: fault.ModelNotFound, says: "/v1/models"},
		},
		"an unknown model": {
			fakeopenai.UnknownModel(model), failure{code: fault.NotFound, reason: fault.ModelNotFound, says: "/v1/models"},
		},
		"an unknown model of Ollama's": {
			fakeopenai.Answer{Status: 404, Problem: `{"error":{"message":"model \"gpt-4\" not found, try pulling it first","type":"api_error","param":null,"code":null}}`},
			failure{code: fault.NotFound, reason: fault.ModelNotFound, says: "pulling"},
		},
		"an unknown model of vLLM's": {
			fakeopenai.Answer{Status: 404, Problem: `{"object":"error","message":"The model gpt-4 does not exist.","type":"NotFoundError","param":null,"code":404}`},
			failure{code: fault.NotFound, reason: fault.ModelNotFound, says: "does not exist"},
		},
		"an unknown page": {
			fakeopenai.Answer{Status: 404, Problem: "404 page not found"}, failure{code: fault.Unavailable, says: "base_url"},
		},
		"another method": {
			fakeopenai.Answer{Status: 405}, failure{code: fault.Unavailable, says: "base_url"},
		},
		"a redirection": {
			fakeopenai.Answer{Status: 302, Header: map[string]string{"Location": "/elsewhere"}}, failure{code: fault.Unavailable, says: "base_url"},
		},
		"an answer without content": {
			fakeopenai.Answer{Status: 204}, failure{code: fault.Unavailable, says: "base_url"},
		},
		"a wrong parameter": {
			fakeopenai.Invalid("Invalid value for 'temperature'."), failure{code: fault.Invalid, says: "temperature"},
		},
		"a parameter of older models": {
			fakeopenai.Unsupported("max_tokens", "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead."),
			failure{code: fault.Invalid, says: "set max_completion_tokens"},
		},
		"a server that counts no tokens": {
			fakeopenai.Unsupported("stream_options", "Unrecognized request argument supplied: stream_options"),
			failure{code: fault.Invalid, says: "stream_usage"},
		},
		"a parameter that is forbidden": {
			fakeopenai.Answer{Status: 422, Problem: `{"object":"error","message":{"detail":[{"type":"extra_forbidden","loc":["body","seed"],"msg":"Extra inputs are not permitted","input":1}]},"type":"invalid_request_error","param":null,"code":null}`},
			failure{code: fault.Invalid, says: "Extra inputs are not permitted"},
		},
		"a framework's word": {
			fakeopenai.Answer{Status: 422, Problem: `{"detail":"field required"}`}, failure{code: fault.Invalid, says: "field required"},
		},
		"an error in a list": {
			fakeopenai.Answer{Status: 400, Problem: `[{"error":{"code":400,"message":"Multiple authentication credentials received.","status":"INVALID_ARGUMENT"}}]`},
			failure{code: fault.Invalid, says: "Multiple authentication"},
		},
		"a text for an error": {
			fakeopenai.Answer{Status: 400, Problem: `{"error":"bad prompt"}`}, failure{code: fault.Invalid, says: "bad prompt"},
		},
		"a long conversation": {
			fakeopenai.TooLong(), failure{code: fault.Invalid, says: "memory.max_messages"},
		},
		"an empty account": {
			fakeopenai.OutOfCredit(), failure{code: fault.RateLimited, wait: busy, says: "credit"},
		},
		"an empty account elsewhere": {
			fakeopenai.Answer{Status: 402, Problem: `{"error":{"message":"Insufficient Balance","code":402}}`},
			failure{code: fault.Unavailable, says: "credit"},
		},
		"a server that is down": {
			fakeopenai.Answer{Status: 500, Problem: `{"error":{"message":"The server had an error while processing your request. Sorry about that!","type":"server_error","param":null,"code":null}}`},
			failure{code: fault.Unavailable, says: "Sorry about that"},
		},
		"a refusal without a word": {
			fakeopenai.Answer{Status: 502}, failure{code: fault.Unavailable, says: "502 Bad Gateway"},
		},
		"a proxy's page": {
			fakeopenai.Answer{Status: 504, Problem: "<html>timeout</html>"}, failure{code: fault.Unavailable, says: "504 Gateway Timeout"},
		},
		"a status that nobody knows": {
			fakeopenai.Answer{Status: 529, Problem: `{"error":{"message":"Overloaded"}}`}, failure{code: fault.Unavailable, says: "529: Overloaded"},
		},
		"an overloaded server": {
			fakeopenai.Answer{Status: 503, Problem: `{"error":{"message":"The engine is currently overloaded, please try again later"}}`},
			failure{code: fault.Unavailable, wait: busy, says: "overloaded"},
		},
		"a server that waits too long for us": {
			fakeopenai.Answer{Status: 408}, failure{code: fault.Unavailable, says: "408"},
		},
		"a limit": {
			fakeopenai.Limited(nil), failure{code: fault.RateLimited, wait: busy, says: "Rate limit reached"},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			checkFailure(t, test.answer, test.want)
		})
	}
}

func TestFailuresInTheMiddleOfAReply(t *testing.T) {
	t.Parallel()
	broken := func(raw string) fakeopenai.Answer {
		return fakeopenai.Answer{Pieces: []string{"Good "}, Raw: raw, Ending: fakeopenai.Missing}
	}
	const end = "data: [DONE]\n\n"
	tests := map[string]struct {
		answer fakeopenai.Answer
		want   failure
	}{
		"a cut reply":                {fakeopenai.Answer{Pieces: []string{"Good "}, Ending: fakeopenai.Cut}, failure{code: fault.Unavailable}},
		"a reply without an end":     {broken(""), failure{code: fault.Unavailable, says: "before it was done"}},
		"an end without a reason":    {fakeopenai.Answer{Pieces: []string{"Good "}, Ending: fakeopenai.Unreasoned}, failure{code: fault.Unavailable, says: "before it was done"}},
		"no reply at all":            {fakeopenai.Answer{Ending: fakeopenai.Missing}, failure{code: fault.Unavailable, says: "before it was done"}},
		"an event that is no JSON":   {broken("data: {oops\n\n"), failure{code: fault.Unavailable, says: "decode"}},
		"an event of another kind":   {broken("data: {\"choices\": 7}\n\n"), failure{code: fault.Unavailable, says: "decode"}},
		"an error":                   {broken(`data: {"error":{"message":"The server had an error","type":"server_error","param":null,"code":null}}` + "\n\n"), failure{code: fault.Unavailable, says: "The server had an error"}},
		"an error and an end":        {broken(`data: {"error": {"object": "error", "message": "engine died", "type": "BadRequestError", "param": null, "code": 400}}` + "\n\n" + end), failure{code: fault.Invalid, says: "engine died"}},
		"an error without a wrapper": {broken(`data: {"object": "error", "message": "engine died", "type": "InternalServerError", "param": null, "code": 500}` + "\n\n" + end), failure{code: fault.Unavailable, says: "engine died"}},
		"an error in its own field":  {broken(`error: {"code":500,"message":"context shift is disabled","type":"server_error"}` + "\n\n"), failure{code: fault.Unavailable, says: "context shift"}},
		"a wrong key":                {broken(`data: {"error":{"message":"Unauthorized","code":401}}` + "\n\n"), failure{code: fault.Unavailable, says: "check api_key"}},
		"an error as the reason":     {broken(`data: {"choices":[{"delta":{"content":""},"finish_reason":"error"}]}` + "\n\n" + end), failure{code: fault.Unavailable, says: `reason "error"`}},
		"a limit":                    {broken(`data: {"error":{"message":"Rate limit reached","type":"tokens","param":null,"code":"rate_limit_exceeded"}}` + "\n\n"), failure{code: fault.RateLimited, wait: 5 * time.Second, says: "Rate limit"}},
		"a limit by its number":      {broken(`data: {"error":{"message":"Provider returned error","code":429},"choices":[{"delta":{"content":""},"finish_reason":"error"}]}` + "\n\n"), failure{code: fault.RateLimited, wait: 5 * time.Second, says: "Provider returned error"}},
		"a tool call that was not asked for": {
			broken(`data: {"choices":[{"delta":{"tool_calls":[{"index":0,"id":"1","type":"function","function":{"name":"f","arguments":""}}]},"finish_reason":null}]}` + "\n\n"),
			failure{code: fault.Unsupported, says: "tool"},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			checkFailure(t, test.answer, test.want)
		})
	}
}

func TestAnAnswerThatIsNoChatCompletion(t *testing.T) {
	t.Parallel()
	for contentType, test := range map[string]struct{ body, says string }{
		"text/html; charset=utf-8": {"<html>welcome: to all</html>\n", "base_url"},
		"text/plain":               {"Ollama is running", "before it was done"},
		"application/json":         {`{"hello": "world"}`, "before it was done"},
	} {
		var told collect
		_, err := start(t, recorded(contentType, test.body), openai.Config{}).Chat(t.Context(), hello(), told.emit)
		if !fault.Is(err, fault.Unavailable) || !fault.As(err).Upstream || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: got %v, want unavailable from upstream that says %q", contentType, err, test.says)
		}
	}
}

func TestServerThatIsNotThere(t *testing.T) {
	t.Parallel()
	provider := open(t, openai.Config{BaseURL: "http://me:secret@" + freeAddress(t) + "/v1"})
	var told collect
	_, chatErr := provider.Chat(t.Context(), hello(), told.emit)
	_, checkErr := provider.Check(t.Context(), openai.Options{Model: model})
	for call, err := range map[string]error{"chat": chatErr, "check": checkErr} {
		got := fault.As(err)
		if got == nil || got.Code != fault.Unavailable || !got.Upstream || !strings.Contains(got.Remedy, "base_url") {
			t.Errorf("%s: got %+v, want unavailable from upstream, with base_url for a remedy", call, got)
			continue
		}
		if strings.Contains(got.Error(), "secret") {
			t.Errorf("%s: the error gives the password away: %v", call, got)
		}
	}
}

// freeAddress is one where nobody listens.
func freeAddress(t *testing.T) string {
	t.Helper()
	var listen net.ListenConfig
	listener, err := listen.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}
