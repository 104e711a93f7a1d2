// Package ollama translates Ollama's chat API, for clients that speak nothing
// else: requests into completions, and answers into the lines that these clients
// expect. It knows nothing of HTTP.
//
// What a client asks for is done or refused by its name, never ignored.
package ollama

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/bothost/bothost/host/allow"
	"github.com/bothost/bothost/host/bot"
	"github.com/bothost/bothost/host/httpapi/internal/member"
	"github.com/bothost/bothost/sdk/message"
)

// Request is a request as it was understood.
type Request struct {
	completion bot.Completion
	isStreamed bool
	// model is as the client wrote it.
	model string
}

// Completion is what is asked for.
func (r *Request) Completion() bot.Completion { return r.completion }

// IsStreamed says whether the answer is wanted as it is made.
func (r *Request) IsStreamed() bool { return r.isStreamed }

// Read understands a body, which is JSON. Its errors are those of allow.Refuse.
func Read(body []byte) (*Request, error) {
	r := &Request{isStreamed: true}
	members, err := object("body", body)
	if err != nil {
		return nil, err
	}
	for _, name := range slices.Sorted(maps.Keys(members)) {
		if isNothing(members[name]) {
			continue
		}
		if err := r.take(name, members[name]); err != nil {
			return nil, err
		}
	}
	if r.model == "" {
		return nil, allow.Refuse("model", allow.Missing, "is missing")
	}
	r.completion.Model = Canonical(r.model)
	return r, nil
}

// Canonical is a model's name without the tag that stands for no tag.
func Canonical(model string) string { return strings.TrimSuffix(model, ":latest") }

func (r *Request) take(name string, raw json.RawMessage) (err error) {
	switch name {
	case "model":
		return member.Value(name, raw, "a text", &r.model)
	case "stream":
		return member.Value(name, raw, "true or false", &r.isStreamed)
	case "messages":
		r.completion.Messages, err = member.Messages(raw, readMessage)
		return err
	case "options":
		r.completion.Parameters, err = readOptions(raw)
		return err
	case "think", "truncate", "shift", "logprobs":
		if string(raw) == "false" {
			return nil
		}
	}
	return allow.Refuse(name, allow.Unsupported, "is not supported by this host")
}

// isNothing reports a member that asks for nothing.
func isNothing(raw json.RawMessage) bool {
	switch string(bytes.TrimSpace(raw)) {
	case "", "null", "[]", "{}", `""`:
		return true
	}
	return false
}

func object(name string, raw json.RawMessage) (map[string]json.RawMessage, error) {
	var members map[string]json.RawMessage
	err := member.Value(name, raw, "a JSON object", &members)
	return members, err
}

func readMessage(at string, members map[string]json.RawMessage) (message.Message, error) {
	var role, content string
	for _, name := range slices.Sorted(maps.Keys(members)) {
		raw := members[name]
		var err error
		switch {
		case name == "role":
			err = member.Value(at+".role", raw, "a text", &role)
		case name == "content":
			err = member.Value(at+".content", raw, "a text", &content)
		case !isNothing(raw):
			err = allow.Refuse(at+"."+name, allow.Unsupported, "is not supported by this host")
		}
		if err != nil {
			return message.Message{}, err
		}
	}
	switch role {
	case "system", "user", "assistant":
		return message.New(message.Role(role), content), nil
	}
	return message.Message{}, allow.Refuse(at+".role", allow.Unsupported, "must be system, user or assistant")
}
