package plugintest

import (
	"fmt"
	"strings"

	"github.com/bothost/bothost/sdk/message"
	"github.com/bothost/bothost/sdk/store"
)

// show writes an outcome so that two are equal if their text is: nil and empty
// are one on the wire, and so here.
func show(outcome store.BeginOutcome) string {
	switch o := outcome.(type) {
	case store.Begun:
		state := "no state"
		if o.State != nil {
			state = fmt.Sprintf("state %q", fmt.Sprint(*o.State))
		}
		return fmt.Sprintf("turn %d begun with %s, %s", o.Turn, showMessages(o.History), state)
	case store.Replayed:
		return fmt.Sprintf("turn %d replayed as %s, %+v", o.Turn, showMessages(o.Messages), o.Result)
	case store.Busy:
		return fmt.Sprintf("busy with turn %d", o.Turn)
	default:
		return fmt.Sprintf("unknown outcome %T", outcome)
	}
}

func showMessages(messages []message.Message) string {
	shown := make([]string, len(messages))
	for i, m := range messages {
		shown[i] = showMessage(m)
	}
	return "[" + strings.Join(shown, ", ") + "]"
}

func showMessage(m message.Message) string {
	shown := make([]string, len(m.Parts))
	for i, part := range m.Parts {
		shown[i] = showPart(part)
	}
	return string(m.Role) + " " + strings.Join(shown, " + ")
}

func showPart(part message.Part) string {
	switch p := part.(type) {
	case message.Text:
		return fmt.Sprintf("%q", string(p))
	case message.ToolCall:
		return fmt.Sprintf("call(%q, %q, %q)", p.ID, p.Name, p.Arguments)
	case message.ToolResult:
		return fmt.Sprintf("result(%q, %q, %t)", p.CallID, p.Text, p.IsError)
	case message.Blob:
		return fmt.Sprintf("blob(%q, %x)", p.MediaType, p.Data)
	default:
		return fmt.Sprintf("unknown part %T", part)
	}
}
