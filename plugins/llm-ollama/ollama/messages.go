package ollama

import (
	"encoding/json"
	"strings"

	"github.com/ollama/ollama/api"

	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/llm"
	"github.com/bothost/bothost/sdk/message"
)

// newRequest translates a request of the host to one of Ollama's.
func newRequest(request llm.Request[Options]) (*api.ChatRequest, error) {
	options := request.Options
	messages, err := translateAll(request.Messages)
	if err != nil {
		return nil, err
	}
	return &api.ChatRequest{
		Model:     options.Model,
		Messages:  messages,
		Options:   options.parameters(),
		KeepAlive: options.KeepAlive.onWire(),
		Think:     options.think(),
	}, nil
}

func translateAll(messages []message.Message) ([]api.Message, error) {
	translated := make([]api.Message, 0, len(messages))
	for i, m := range messages {
		next, err := translate(m)
		if err != nil {
			return nil, fault.New(fault.Invalid, "llm-ollama: message %d of role %s: %w", i+1, m.Role, err)
		}
		translated = append(translated, next...)
	}
	return translated, nil
}

// translate gives one message, and one more for each tool result in it: Ollama
// has those as messages of their own. What it has no place for is an error;
// content is never dropped.
func translate(m message.Message) ([]api.Message, error) {
	spoken := api.Message{Role: string(m.Role)}
	var results []api.Message
	for _, part := range m.Parts {
		switch p := part.(type) {
		case message.Text:
			spoken.Content += string(p)
		case message.ToolCall:
			call, err := translateCall(p)
			if err != nil {
				return nil, err
			}
			spoken.ToolCalls = append(spoken.ToolCalls, call)
		case message.ToolResult:
			results = append(results, api.Message{Role: string(message.Tool), Content: p.Text, ToolCallID: p.CallID})
		case message.Blob:
			if !strings.HasPrefix(p.MediaType, "image/") {
				return nil, fault.New(fault.Invalid, "a blob of type %q, and Ollama takes images only", p.MediaType)
			}
			spoken.Images = append(spoken.Images, p.Data)
		default:
			return nil, fault.New(fault.Invalid, "a part of unknown type %T", part)
		}
	}
	if len(results) > 0 && spoken.Content == "" && spoken.ToolCalls == nil && spoken.Images == nil {
		return results, nil
	}
	return append([]api.Message{spoken}, results...), nil
}

func translateCall(call message.ToolCall) (api.ToolCall, error) {
	arguments := api.NewToolCallFunctionArguments()
	if err := json.Unmarshal(call.Arguments, &arguments); err != nil {
		return api.ToolCall{}, fault.New(fault.Invalid, "arguments of the tool call %q: %w", call.ID, err)
	}
	return api.ToolCall{
		ID:       call.ID,
		Function: api.ToolCallFunction{Name: call.Name, Arguments: arguments},
	}, nil
}
