// Package member reads the members of requests that other servers' clients make.
// What does not fit is refused by the client's own name for it.
package member

import (
	"encoding/json"

	"github.com/bothost/bothost/host/allow"
	"github.com/bothost/bothost/sdk/message"
)

// Value reads a member of the type that into points to; want says to people what
// it must be.
func Value(name string, raw json.RawMessage, want string, into any) error {
	if json.Unmarshal(raw, into) != nil {
		return allow.Refuse(name, allow.Invalid, "must be %s", want)
	}
	return nil
}

// Messages reads the member messages, each message with read, which is told its
// name.
func Messages(
	raw json.RawMessage, read func(at string, members map[string]json.RawMessage) (message.Message, error),
) ([]message.Message, error) {
	var given []map[string]json.RawMessage
	if err := Value("messages", raw, "a list of messages", &given); err != nil {
		return nil, err
	}
	messages := make([]message.Message, len(given))
	for i, members := range given {
		var err error
		if messages[i], err = read(allow.At("messages", i), members); err != nil {
			return nil, err
		}
	}
	return messages, nil
}
