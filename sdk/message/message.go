// Package message holds what conversations are made of. A message's text is
// data: it is carried byte for byte and never evaluated.
package message

import "strings"

// Role says who speaks.
type Role string

// The roles of a conversation.
const (
	System    Role = "system"
	User      Role = "user"
	Assistant Role = "assistant"
	Tool      Role = "tool"
)

// Valid reports whether r is one of the roles above.
func (r Role) Valid() bool {
	switch r {
	case System, User, Assistant, Tool:
		return true
	}
	return false
}

// Message is one contribution to a conversation. Messages are values: who gets
// one does not change its parts.
type Message struct {
	Role  Role
	Parts []Part
}

// Part is a piece of a message: Text, ToolCall, ToolResult or Blob.
type Part interface{ isPart() }

// Text is what is said.
type Text string

// ToolCall is a model's wish to have a tool run.
type ToolCall struct {
	ID   string
	Name string
	// Arguments is a JSON object.
	Arguments []byte
}

// ToolResult is what a tool answered.
type ToolResult struct {
	CallID  string
	Text    string
	IsError bool
}

// Blob is anything else: an image, a document.
type Blob struct {
	MediaType string
	Data      []byte
}

func (Text) isPart()       {}
func (ToolCall) isPart()   {}
func (ToolResult) isPart() {}
func (Blob) isPart()       {}

// New makes a message of one text.
func New(role Role, text string) Message {
	return Message{Role: role, Parts: []Part{Text(text)}}
}

// Text joins the message's text parts, with nothing between them.
func (m Message) Text() string {
	if len(m.Parts) == 1 {
		if text, ok := m.Parts[0].(Text); ok {
			return string(text)
		}
	}
	var b strings.Builder
	for _, part := range m.Parts {
		if text, ok := part.(Text); ok {
			b.WriteString(string(text))
		}
	}
	return b.String()
}

// Size is the number of bytes of content, the measure of a window's bound.
func (m Message) Size() int {
	size := 0
	for _, part := range m.Parts {
		switch p := part.(type) {
		case Text:
			size += len(p)
		case ToolCall:
			size += len(p.ID) + len(p.Name) + len(p.Arguments)
		case ToolResult:
			size += len(p.CallID) + len(p.Text)
		case Blob:
			size += len(p.MediaType) + len(p.Data)
		}
	}
	return size
}
