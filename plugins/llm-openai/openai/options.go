package openai

import (
	"strings"

	api "github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/packages/param"
)

// Options may differ from call to call. What is not set is not sent, and left to
// the server.
type Options struct {
	Model               string   `json:"model" jsonschema:"required,description=Model to speak with as the server names it.,minLength=1,example=gpt-4"`
	Temperature         *float64 `json:"temperature,omitempty" jsonschema:"description=How random the reply is; 0 is not at all.,minimum=0"`
	TopP                *float64 `json:"top_p,omitempty" jsonschema:"description=Choose among the likeliest tokens that together have this probability.,minimum=0,maximum=1"`
	MaxTokens           *int64   `json:"max_tokens,omitempty" jsonschema:"description=Longest reply in tokens. OpenAI itself gets it as max_completion_tokens and any other server as max_tokens.,minimum=1"`
	MaxCompletionTokens *int64   `json:"max_completion_tokens,omitempty" jsonschema:"description=In place of max_tokens and sent under this name whatever the server: for models that think behind an address that is not OpenAI's.,minimum=1"`
	Stop                []string `json:"stop,omitempty" jsonschema:"description=Texts that end the reply; they are not part of it."`
	Seed                *int64   `json:"seed,omitempty" jsonschema:"description=Makes the random choices repeatable as far as the server can."`
	PresencePenalty     *float64 `json:"presence_penalty,omitempty" jsonschema:"description=More than 0 makes tokens unlikelier that occur already.,minimum=-2,maximum=2"`
	FrequencyPenalty    *float64 `json:"frequency_penalty,omitempty" jsonschema:"description=More than 0 makes tokens the unlikelier the more often they occur already.,minimum=-2,maximum=2"`
	ReasoningEffort     string   `json:"reasoning_effort,omitempty" jsonschema:"description=How much a model that can think does so before it answers; which words it takes depends on the model.,example=low"`
}

// apply puts the options into a request to a server of this host name.
func (o Options) apply(host string, request *api.ChatCompletionNewParams) {
	request.Model = o.Model
	request.Temperature = optional(o.Temperature)
	request.TopP = optional(o.TopP)
	request.Seed = optional(o.Seed)
	request.PresencePenalty = optional(o.PresencePenalty)
	request.FrequencyPenalty = optional(o.FrequencyPenalty)
	request.ReasoningEffort = api.ReasoningEffort(o.ReasoningEffort)
	request.Stop.OfStringArray = o.Stop
	o.limit(host, request)
}

// limit bounds the reply. OpenAI's newer models refuse max_tokens, of which
// max_completion_tokens is the successor; other servers may refuse that, or, like
// Ollama, ignore it and never stop.
func (o Options) limit(host string, request *api.ChatCompletionNewParams) {
	switch {
	case o.MaxCompletionTokens != nil:
		request.MaxCompletionTokens = param.NewOpt(*o.MaxCompletionTokens)
	case isOpenAI(host):
		request.MaxCompletionTokens = optional(o.MaxTokens)
	default:
		request.MaxTokens = optional(o.MaxTokens)
	}
}

// isOpenAI knows OpenAI's own servers, those of its regions too.
func isOpenAI(host string) bool {
	return host == "api.openai.com" || strings.HasSuffix(host, ".api.openai.com")
}

// optional is a parameter that is sent if it is there; zero is there.
func optional[T comparable](value *T) param.Opt[T] {
	if value == nil {
		return param.Opt[T]{}
	}
	return param.NewOpt(*value)
}
