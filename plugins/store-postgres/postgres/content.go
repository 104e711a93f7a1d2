package postgres

import (
	"fmt"
	"unicode/utf8"

	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/message"
)

// content is messages as the database keeps them: a column a property, a row a
// message.
type content struct {
	roles []string
	parts []string
	// bytes is what each weighs in a window.
	bytes []int64
}

func encodeMessages(messages []message.Message) (content, error) {
	encoded := content{
		roles: make([]string, len(messages)),
		parts: make([]string, len(messages)),
		bytes: make([]int64, len(messages)),
	}
	for i, m := range messages {
		if !m.Role.Valid() {
			return content{}, fault.New(fault.Invalid, "store-postgres: message %d has the unknown role %q", i, m.Role)
		}
		if err := checkParts(m.Parts); err != nil {
			return content{}, err
		}
		parts, err := message.EncodeParts(m.Parts)
		if err != nil {
			return content{}, fault.New(fault.Invalid, "store-postgres: message %d: %w", i, err)
		}
		encoded.roles[i], encoded.parts[i], encoded.bytes[i] = string(m.Role), string(parts), int64(m.Size())
	}
	return encoded, nil
}

// checkParts refuses texts that would not come back as they went in: JSON
// cannot hold what is no UTF-8. It can hold U+0000, which a model may say.
func checkParts(parts []message.Part) error {
	for _, part := range parts {
		var texts []text
		switch p := part.(type) {
		case message.Text:
			texts = []text{{name: "a message's text", value: string(p)}}
		case message.ToolCall:
			texts = []text{{name: "a tool call's id", value: p.ID}, {name: "a tool's name", value: p.Name}}
		case message.ToolResult:
			texts = []text{{name: "a tool call's id", value: p.CallID}, {name: "a tool's result", value: p.Text}}
		case message.Blob:
			texts = []text{{name: "a media type", value: p.MediaType}}
		}
		for _, t := range texts {
			if !utf8.ValidString(t.value) {
				return invalid(t.name, "is not valid UTF-8")
			}
		}
	}
	return nil
}

func decodeMessages(roles, parts []string) ([]message.Message, error) {
	if len(roles) != len(parts) {
		return nil, fmt.Errorf("%d roles but %d contents of messages", len(roles), len(parts))
	}
	messages := make([]message.Message, len(roles))
	for i := range roles {
		m, err := decodeMessage(roles[i], parts[i])
		if err != nil {
			return nil, err
		}
		messages[i] = m
	}
	return messages, nil
}

func decodeMessage(role, parts string) (message.Message, error) {
	decoded, err := message.DecodeParts([]byte(parts))
	if err != nil {
		return message.Message{}, err
	}
	return message.Message{Role: message.Role(role), Parts: decoded}, nil
}
