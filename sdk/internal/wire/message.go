// Package wire translates between the SDK's types and those of the contract,
// once in each direction, for the serving side and for the client side.
//
// What arrives is checked: an enum or a oneof of a newer contract is an error,
// never skipped.
package wire

import (
	"fmt"

	"github.com/bothost/bothost/sdk/message"
	pluginv1 "github.com/bothost/bothost/sdk/plugin/v1"
)

// ToMessages translates messages for the wire.
func ToMessages(messages []message.Message) ([]*pluginv1.Message, error) {
	out := make([]*pluginv1.Message, len(messages))
	for i, m := range messages {
		var err error
		if out[i], err = ToMessage(m); err != nil {
			return nil, fmt.Errorf("message %d: %w", i, err)
		}
	}
	return out, nil
}

// FromMessages translates messages from the wire.
func FromMessages(messages []*pluginv1.Message) ([]message.Message, error) {
	out := make([]message.Message, len(messages))
	for i, m := range messages {
		var err error
		if out[i], err = FromMessage(m); err != nil {
			return nil, fmt.Errorf("message %d: %w", i, err)
		}
	}
	return out, nil
}

// ToMessage translates one message for the wire.
func ToMessage(m message.Message) (*pluginv1.Message, error) {
	role, ok := toRole[m.Role]
	if !ok {
		return nil, fmt.Errorf("unknown role %q", m.Role)
	}
	parts := make([]*pluginv1.Part, len(m.Parts))
	for i, part := range m.Parts {
		var err error
		if parts[i], err = toPart(part); err != nil {
			return nil, fmt.Errorf("part %d: %w", i, err)
		}
	}
	return &pluginv1.Message{Role: role, Parts: parts}, nil
}

// FromMessage translates one message from the wire.
func FromMessage(m *pluginv1.Message) (message.Message, error) {
	role, ok := fromRole[m.GetRole()]
	if !ok {
		return message.Message{}, fmt.Errorf("unknown role %s", m.GetRole())
	}
	parts := make([]message.Part, len(m.GetParts()))
	for i, part := range m.GetParts() {
		var err error
		if parts[i], err = fromPart(part); err != nil {
			return message.Message{}, fmt.Errorf("part %d: %w", i, err)
		}
	}
	return message.Message{Role: role, Parts: parts}, nil
}

var toRole = map[message.Role]pluginv1.Role{
	message.System:    pluginv1.Role_ROLE_SYSTEM,
	message.User:      pluginv1.Role_ROLE_USER,
	message.Assistant: pluginv1.Role_ROLE_ASSISTANT,
	message.Tool:      pluginv1.Role_ROLE_TOOL,
}

var fromRole = inverse(toRole)

func inverse[K, V comparable](m map[K]V) map[V]K {
	out := make(map[V]K, len(m))
	for k, v := range m {
		out[v] = k
	}
	return out
}

func toPart(part message.Part) (*pluginv1.Part, error) {
	switch p := part.(type) {
	case message.Text:
		return &pluginv1.Part{Content: &pluginv1.Part_Text{Text: string(p)}}, nil
	case message.ToolCall:
		call := &pluginv1.ToolCall{Id: p.ID, Name: p.Name, Arguments: p.Arguments}
		return &pluginv1.Part{Content: &pluginv1.Part_ToolCall{ToolCall: call}}, nil
	case message.ToolResult:
		result := &pluginv1.ToolResult{CallId: p.CallID, Text: p.Text, IsError: p.IsError}
		return &pluginv1.Part{Content: &pluginv1.Part_ToolResult{ToolResult: result}}, nil
	case message.Blob:
		blob := &pluginv1.Blob{MediaType: p.MediaType, Data: p.Data}
		return &pluginv1.Part{Content: &pluginv1.Part_Blob{Blob: blob}}, nil
	}
	return nil, fmt.Errorf("unknown part type %T", part)
}

func fromPart(part *pluginv1.Part) (message.Part, error) {
	switch p := part.GetContent().(type) {
	case *pluginv1.Part_Text:
		return message.Text(p.Text), nil
	case *pluginv1.Part_ToolCall:
		call := p.ToolCall
		return message.ToolCall{ID: call.GetId(), Name: call.GetName(), Arguments: call.GetArguments()}, nil
	case *pluginv1.Part_ToolResult:
		result := p.ToolResult
		return message.ToolResult{CallID: result.GetCallId(), Text: result.GetText(), IsError: result.GetIsError()}, nil
	case *pluginv1.Part_Blob:
		return message.Blob{MediaType: p.Blob.GetMediaType(), Data: p.Blob.GetData()}, nil
	}
	return nil, fmt.Errorf("content is not set, or of a newer contract")
}
