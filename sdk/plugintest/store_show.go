package plugintest

import (
	"fmt"
	"strings"

	"github.com/bothost/bothost/sdk/memory"
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
			state = showState(*o.State)
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

func showState(s memory.State) string {
	return fmt.Sprintf("state %q of %s %s, version %d, through turn %d", s.Data, s.Plugin, s.Format, s.Version, s.ThroughTurn)
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

// apart cuts two texts that differ to what is around the first difference, if
// they are too long to be read.
func apart(got, want string) (shortGot, shortWant string) {
	const readable, around = 1000, 100
	same := 0
	for same < min(len(got), len(want)) && got[same] == want[same] {
		same++
	}
	cut := func(text string) string {
		if len(text) <= readable {
			return text
		}
		from, to := max(same-around, 0), min(same+around, len(text))
		return fmt.Sprintf("(%d bytes, here from %d) %s", len(text), from, strings.ToValidUTF8(text[from:to], ""))
	}
	return cut(got), cut(want)
}
