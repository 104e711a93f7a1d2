package message

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// partJSON is the stored form of a part: exactly one member is set.
type partJSON struct {
	Text       *string         `json:"text,omitempty"`
	ToolCall   *toolCallJSON   `json:"tool_call,omitempty"`
	ToolResult *toolResultJSON `json:"tool_result,omitempty"`
	Blob       *blobJSON       `json:"blob,omitempty"`
}

type toolCallJSON struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	Arguments []byte `json:"arguments"`
}

type toolResultJSON struct {
	CallID  string `json:"call_id"`
	Text    string `json:"text"`
	IsError bool   `json:"is_error,omitempty"`
}

type blobJSON struct {
	MediaType string `json:"media_type"`
	Data      []byte `json:"data"`
}

// EncodeParts gives the JSON that stores keep a message's parts in. Text must
// be valid UTF-8; DecodeParts returns what went in.
func EncodeParts(parts []Part) ([]byte, error) {
	encoded := make([]partJSON, len(parts))
	for i, part := range parts {
		switch p := part.(type) {
		case Text:
			text := string(p)
			encoded[i].Text = &text
		case ToolCall:
			call := toolCallJSON(p)
			encoded[i].ToolCall = &call
		case ToolResult:
			result := toolResultJSON(p)
			encoded[i].ToolResult = &result
		case Blob:
			blob := blobJSON(p)
			encoded[i].Blob = &blob
		default:
			return nil, fmt.Errorf("message: part %d is of unknown type %T", i, part)
		}
	}
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(encoded); err != nil {
		return nil, fmt.Errorf("message: encode parts: %w", err)
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// DecodeParts reads what EncodeParts wrote. A part of a kind that this version
// does not know is an error: content is never dropped.
func DecodeParts(data []byte) ([]Part, error) {
	var encoded []partJSON
	if err := json.Unmarshal(data, &encoded); err != nil {
		return nil, fmt.Errorf("message: decode parts: %w", err)
	}
	parts := make([]Part, len(encoded))
	for i, e := range encoded {
		switch {
		case e.Text != nil:
			parts[i] = Text(*e.Text)
		case e.ToolCall != nil:
			parts[i] = ToolCall(*e.ToolCall)
		case e.ToolResult != nil:
			parts[i] = ToolResult(*e.ToolResult)
		case e.Blob != nil:
			parts[i] = Blob(*e.Blob)
		default:
			return nil, fmt.Errorf("message: part %d has no content known to this version", i)
		}
	}
	return parts, nil
}
