package openai

import (
	"encoding/base64"
	"strings"

	api "github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/packages/param"

	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/message"
)

func translateAll(messages []message.Message) ([]api.ChatCompletionMessageParamUnion, error) {
	translated := make([]api.ChatCompletionMessageParamUnion, 0, len(messages))
	for i, m := range messages {
		next, err := translate(m)
		if err != nil {
			return nil, fault.New(fault.Invalid, "llm-openai: message %d of role %s: %w", i+1, m.Role, err)
		}
		translated = append(translated, next...)
	}
	return translated, nil
}

// translate gives the messages that one of ours becomes: each result of a tool is
// one of its own. What Chat Completions has no place for is an error; content is
// never dropped.
func translate(m message.Message) ([]api.ChatCompletionMessageParamUnion, error) {
	if err := checkPlaces(m); err != nil {
		return nil, err
	}
	switch m.Role {
	case message.System:
		return one(api.SystemMessage(m.Text())), nil
	case message.User:
		return one(userMessage(m)), nil
	case message.Assistant:
		return one(assistantMessage(m)), nil
	default:
		return toolMessages(m), nil
	}
}

// checkPlaces refuses a part that has no place in a message of its role.
func checkPlaces(m message.Message) error {
	if !m.Role.Valid() {
		return fault.New(fault.Invalid, "a role that is unknown")
	}
	for _, part := range m.Parts {
		isPlaced := false
		what := ""
		switch p := part.(type) {
		case message.Text:
			what, isPlaced = "a text", m.Role != message.Tool
		case message.ToolCall:
			what, isPlaced = "a tool call", m.Role == message.Assistant
		case message.ToolResult:
			what, isPlaced = "a tool's result", m.Role == message.Tool
		case message.Blob:
			if !isImage(p) {
				return fault.New(fault.Invalid, "a blob of type %q, and only images can be sent", p.MediaType)
			}
			what, isPlaced = "an image", m.Role == message.User
		default:
			return fault.New(fault.Invalid, "a part of unknown type %T", part)
		}
		if !isPlaced {
			return fault.New(fault.Invalid, "%s has no place in it", what)
		}
	}
	return nil
}

func isImage(blob message.Blob) bool { return strings.HasPrefix(blob.MediaType, "image/") }

func one(m api.ChatCompletionMessageParamUnion) []api.ChatCompletionMessageParamUnion {
	return []api.ChatCompletionMessageParamUnion{m}
}

// userMessage is a plain text unless there are images: not every server knows
// messages in parts.
func userMessage(m message.Message) api.ChatCompletionMessageParamUnion {
	parts := make([]api.ChatCompletionContentPartUnionParam, 0, len(m.Parts))
	hasImage := false
	for _, part := range m.Parts {
		switch p := part.(type) {
		case message.Text:
			parts = append(parts, api.TextContentPart(string(p)))
		case message.Blob:
			hasImage = true
			parts = append(parts, api.ImageContentPart(api.ChatCompletionContentPartImageImageURLParam{
				URL: "data:" + p.MediaType + ";base64," + base64.StdEncoding.EncodeToString(p.Data),
			}))
		}
	}
	if hasImage {
		return api.UserMessage(parts)
	}
	return api.UserMessage(m.Text())
}

// assistantMessage has a content unless it only calls tools.
func assistantMessage(m message.Message) api.ChatCompletionMessageParamUnion {
	spoken := &api.ChatCompletionAssistantMessageParam{}
	for _, part := range m.Parts {
		if call, ok := part.(message.ToolCall); ok {
			spoken.ToolCalls = append(spoken.ToolCalls, api.ChatCompletionMessageToolCallUnionParam{
				OfFunction: &api.ChatCompletionMessageFunctionToolCallParam{
					ID: call.ID,
					Function: api.ChatCompletionMessageFunctionToolCallFunctionParam{
						Name: call.Name, Arguments: string(call.Arguments),
					},
				},
			})
		}
	}
	if text := m.Text(); text != "" || len(spoken.ToolCalls) == 0 {
		spoken.Content.OfString = param.NewOpt(text)
	}
	return api.ChatCompletionMessageParamUnion{OfAssistant: spoken}
}

func toolMessages(m message.Message) []api.ChatCompletionMessageParamUnion {
	var results []api.ChatCompletionMessageParamUnion
	for _, part := range m.Parts {
		if result, ok := part.(message.ToolResult); ok {
			results = append(results, api.ToolMessage(result.Text, result.CallID))
		}
	}
	return results
}
