package allow

import (
	"fmt"

	"github.com/bothost/bothost/sdk/fault"
)

// Reasons of refusals, as OpenAI's servers call them where they have a word.
const (
	// Unsupported: the host, or the bot's provider, cannot do that.
	Unsupported = "unsupported_parameter"
	// Unknown: there is no such parameter.
	Unknown = "unknown_parameter"
	// Invalid: the value is not one that the parameter can have.
	Invalid = "invalid_value"
	// Missing: the parameter is needed.
	Missing = "missing_required_parameter"
	// NotAllowed: the bot's configuration keeps it from clients.
	NotAllowed = "parameter_not_allowed"
)

// Refuse says what is wrong with one part of a client's request, by the client's
// name for it.
func Refuse(key, reason, format string, args ...any) *fault.Error {
	text := fmt.Sprintf(format, args...)
	return fault.New(fault.Invalid, "%s: %s", key, text).WithReason(reason).WithField(key, text)
}

// At names an item of a list.
func At(list string, index int) string { return fmt.Sprintf("%s[%d]", list, index) }
