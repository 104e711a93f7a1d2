package openai

import (
	"encoding/json"
	"maps"
	"slices"

	"github.com/bothost/bothost/host/allow"
	"github.com/bothost/bothost/host/httpapi/internal/member"
	"github.com/bothost/bothost/sdk/message"
)

func readMessage(at string, members map[string]json.RawMessage) (message.Message, error) {
	var read message.Message
	for _, name := range slices.Sorted(maps.Keys(members)) {
		raw := members[name]
		var err error
		switch {
		case isNull(raw):
		case name == "role":
			read.Role, err = readRole(at+".role", raw)
		case name == "content":
			read.Parts, err = readContent(at+".content", raw)
		case string(raw) == "[]":
			// tool_calls of a message that has none.
		default:
			err = allow.Refuse(at+"."+name, allow.Unsupported, "is not supported by this host")
		}
		if err != nil {
			return read, err
		}
	}
	for _, name := range []string{"role", "content"} {
		if isNull(members[name]) {
			return read, allow.Refuse(at+"."+name, allow.Missing, "is missing")
		}
	}
	return read, nil
}

func readRole(at string, raw json.RawMessage) (message.Role, error) {
	var role string
	if err := text(at, raw, &role); err != nil {
		return "", err
	}
	switch role {
	case "system", "developer":
		return message.System, nil
	case "user", "assistant":
		return message.Role(role), nil
	case "tool", "function":
		return "", allow.Refuse(at, allow.Unsupported, "must not be %s: tools are not supported by this host", role)
	}
	return "", allow.Refuse(at, allow.Invalid, "must be system, developer, user or assistant")
}

// readContent reads a text, or a list of parts that are texts.
func readContent(at string, raw json.RawMessage) ([]message.Part, error) {
	var whole string
	if json.Unmarshal(raw, &whole) == nil {
		return []message.Part{message.Text(whole)}, nil
	}
	var given []map[string]any
	if err := member.Value(at, raw, "a text or a list of parts", &given); err != nil {
		return nil, err
	}
	parts := make([]message.Part, len(given))
	for i, part := range given {
		text, isText := part["text"].(string)
		if part["type"] != "text" || !isText || len(part) != 2 {
			return nil, allow.Refuse(allow.At(at, i), allow.Unsupported, `must be {"type": "text", "text": "..."}: other parts are not supported by this host`)
		}
		parts[i] = message.Text(text)
	}
	return parts, nil
}
