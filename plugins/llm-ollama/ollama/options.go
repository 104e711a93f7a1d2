package ollama

import "github.com/ollama/ollama/api"

// defaultMaxTokens bounds replies where the configuration does not: Ollama's
// own default is no bound at all, and small models may never stop.
const defaultMaxTokens = 1024

// Options may differ from call to call. What is not set is left to the model's
// own defaults, except MaxTokens.
type Options struct {
	Model       string     `json:"model" jsonschema:"required,description=Model to speak with as ollama list names it.,minLength=1,example=gemma3:1b"`
	Temperature *float64   `json:"temperature,omitempty" jsonschema:"description=How random the reply is; 0 is not at all.,minimum=0"`
	MaxTokens   *int       `json:"max_tokens,omitempty" jsonschema:"description=Longest reply in tokens (num_predict).,minimum=1,default=1024"`
	TopP        *float64   `json:"top_p,omitempty" jsonschema:"description=Choose among the likeliest tokens that together have this probability.,minimum=0,maximum=1"`
	TopK        *int       `json:"top_k,omitempty" jsonschema:"description=Choose among this many of the likeliest tokens.,minimum=0"`
	Seed        *int       `json:"seed,omitempty" jsonschema:"description=Makes the random choices repeatable."`
	Stop        []string   `json:"stop,omitempty" jsonschema:"description=Texts that end the reply; they are not part of it."`
	NumCtx      *int       `json:"num_ctx,omitempty" jsonschema:"description=Size of the context window in tokens. Ollama drops the oldest messages of a longer prompt.,minimum=1"`
	KeepAlive   *KeepAlive `json:"keep_alive,omitempty" jsonschema:"description=How long the model stays loaded after the reply: 10m or a number of seconds; 0 unloads it at once and -1 keeps it for ever."`
	Think       *bool      `json:"think,omitempty" jsonschema:"description=Whether a model that can think does so before it answers. Its thoughts are not part of the reply."`
}

// parameters is the options object of a request, with Ollama's names.
func (o Options) parameters() map[string]any {
	parameters := map[string]any{"num_predict": defaultMaxTokens}
	set(parameters, "num_predict", o.MaxTokens)
	set(parameters, "temperature", o.Temperature)
	set(parameters, "top_p", o.TopP)
	set(parameters, "top_k", o.TopK)
	set(parameters, "seed", o.Seed)
	set(parameters, "num_ctx", o.NumCtx)
	if len(o.Stop) > 0 {
		parameters["stop"] = o.Stop
	}
	return parameters
}

// set adds a parameter that is there; zero is there.
func set[T any](parameters map[string]any, name string, value *T) {
	if value != nil {
		parameters[name] = *value
	}
}

func (o Options) think() *api.ThinkValue {
	if o.Think == nil {
		return nil
	}
	return &api.ThinkValue{Value: *o.Think}
}
