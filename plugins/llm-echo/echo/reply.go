package echo

import (
	"fmt"
	"strings"

	"github.com/bothost/bothost/sdk/message"
)

// compose writes the reply to messages:
//
//	You said: <text of the last user message>
//	I was shown 2 earlier messages:
//	  user: <text>
//	  assistant: <first line of the text> [...]
//	System prompt: <text>
//
// Of an earlier reply only the first line is given: the whole of each would
// hold the whole of those before it, and replies would double with every turn.
// The lines about earlier messages and the system prompt are there only if
// those are. It reports false if no user has spoken.
func compose(messages []message.Message) (reply string, ok bool) {
	system, rest := splitSystem(messages)
	last := lastOfUser(rest)
	if last < 0 {
		return "", false
	}
	var b strings.Builder
	b.WriteString("You said: " + textOf(rest[last]))
	if earlier := len(rest) - 1; earlier > 0 {
		fmt.Fprintf(&b, "\nI was shown %d earlier messages:", earlier)
		for i, m := range rest {
			if i != last {
				b.WriteString("\n  " + string(m.Role) + ": " + brief(m))
			}
		}
	}
	if system != nil {
		b.WriteString("\nSystem prompt: " + textOf(*system))
	}
	return b.String(), true
}

// brief is what is said of an earlier message.
func brief(m message.Message) string {
	text := textOf(m)
	if m.Role != message.Assistant {
		return text
	}
	first, _, cut := strings.Cut(text, "\n")
	if cut {
		first += " [...]"
	}
	return first
}

// splitSystem takes off the leading system prompt, nil if there is none.
func splitSystem(messages []message.Message) (*message.Message, []message.Message) {
	if len(messages) > 0 && messages[0].Role == message.System {
		return &messages[0], messages[1:]
	}
	return nil, messages
}

func lastOfUser(messages []message.Message) int {
	for i := len(messages) - 1; i >= 0; i-- {
		if messages[i].Role == message.User {
			return i
		}
	}
	return -1
}

// textOf is what m says. Text is given byte for byte; what is no text is named
// in brackets, so that a reader sees that it arrived.
func textOf(m message.Message) string {
	var b strings.Builder
	for _, part := range m.Parts {
		switch p := part.(type) {
		case message.Text:
			b.WriteString(string(p))
		case message.ToolCall:
			fmt.Fprintf(&b, "[tool call %s %s]", p.Name, p.Arguments)
		case message.ToolResult:
			fmt.Fprintf(&b, "[tool result %s]", p.Text)
		case message.Blob:
			fmt.Fprintf(&b, "[%s, %d bytes]", p.MediaType, len(p.Data))
		}
	}
	return b.String()
}
