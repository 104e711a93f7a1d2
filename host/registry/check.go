package registry

import (
	"encoding/json"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/bothost/bothost/host/bot"
	"github.com/bothost/bothost/host/names"
	"github.com/bothost/bothost/sdk/fault"
)

// MaxMetadataBytes bounds a conversation's metadata.
const MaxMetadataBytes = 16 << 10

// CheckName refuses what cannot be a name; what is the field that the error
// names.
func CheckName(what, name string) error {
	if wrong := names.Wrong(name); wrong != "" {
		return invalid(what, wrong)
	}
	return nil
}

// checkTurn refuses what cannot be a turn.
func checkTurn(c bot.Context, text string) error {
	switch {
	case text == "":
		return invalid("message", "must not be empty")
	case !utf8.ValidString(text) || strings.ContainsRune(text, 0):
		return invalid("message", "must be UTF-8 text without U+0000")
	}
	for _, name := range []struct{ what, value string }{
		{"conversation_id", c.ConversationID}, {"user_id", c.UserID}, {"Idempotency-Key", c.IdempotencyKey},
	} {
		if name.value == "" {
			continue
		}
		if err := CheckName(name.what, name.value); err != nil {
			return err
		}
	}
	return checkMetadata(c.Metadata)
}

func checkMetadata(metadata json.RawMessage) error {
	if metadata == nil {
		return nil
	}
	var object map[string]any
	switch {
	case len(metadata) > MaxMetadataBytes:
		return invalid("metadata", "must have at most 16 KiB")
	case json.Unmarshal(metadata, &object) != nil || object == nil:
		return invalid("metadata", "must be a JSON object")
	case containsNUL(object):
		return invalid("metadata", "must not contain U+0000")
	}
	return nil
}

func containsNUL(value any) bool {
	switch v := value.(type) {
	case string:
		return strings.ContainsRune(v, 0)
	case []any:
		return slices.ContainsFunc(v, containsNUL)
	case map[string]any:
		for key, member := range v {
			if strings.ContainsRune(key, 0) || containsNUL(member) {
				return true
			}
		}
	}
	return false
}

func invalid(key, message string) error {
	return fault.New(fault.Invalid, "%s %s", key, message).WithField(key, message)
}
