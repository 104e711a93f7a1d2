// Package openai translates OpenAI's Chat Completions, for clients that speak
// nothing else: requests into completions, and answers into the documents and
// events that these clients expect. It knows nothing of HTTP.
//
// What a client asks for is done or refused by its name, never ignored. A member
// that is null, or that says what holds anyhow, asks for nothing.
package openai

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"

	"github.com/bothost/bothost/host/allow"
	"github.com/bothost/bothost/host/bot"
	"github.com/bothost/bothost/host/httpapi/internal/member"
)

// Request is a request as it was understood.
type Request struct {
	completion   bot.Completion
	isStreamed   bool
	includeUsage bool
}

// Completion is what is asked for.
func (r *Request) Completion() bot.Completion { return r.completion }

// IsStreamed says whether the answer is wanted as it is made.
func (r *Request) IsStreamed() bool { return r.isStreamed }

// Read understands a body, which is JSON. Its errors are those of allow.Refuse.
func Read(body []byte) (*Request, error) {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(body, &members); err != nil || members == nil {
		return nil, allow.Refuse("body", allow.Invalid, "must be a JSON object")
	}
	r := &Request{}
	for _, name := range slices.Sorted(maps.Keys(members)) {
		if isNull(members[name]) {
			continue
		}
		if err := r.take(name, members[name]); err != nil {
			return nil, err
		}
	}
	for _, name := range []string{"model", "messages"} {
		if isNull(members[name]) {
			return nil, allow.Refuse(name, allow.Missing, "is missing")
		}
	}
	if _, given := members["stream_options"]; given && r.includeUsage && !r.isStreamed {
		return nil, allow.Refuse("stream_options", allow.Invalid, "is for answers that are streamed")
	}
	return r, nil
}

func isNull(raw json.RawMessage) bool { return len(raw) == 0 || string(bytes.TrimSpace(raw)) == "null" }

// take understands one member.
func (r *Request) take(name string, raw json.RawMessage) (err error) {
	switch name {
	case "model":
		return text(name, raw, &r.completion.Model)
	case "user":
		return text(name, raw, &r.completion.User)
	case "messages":
		r.completion.Messages, err = member.Messages(raw, readMessage)
		return err
	case "stream":
		return member.Value(name, raw, "true or false", &r.isStreamed)
	case "stream_options":
		return r.takeStreamOptions(raw)
	}
	if parameter, ok := parameters()[name]; ok {
		return r.takeParameter(name, parameter, raw)
	}
	return refuse(name, raw)
}

func (r *Request) takeStreamOptions(raw json.RawMessage) error {
	var options map[string]json.RawMessage
	if err := member.Value("stream_options", raw, "an object", &options); err != nil {
		return err
	}
	for name, given := range options {
		at := "stream_options." + name
		var isSet bool
		if err := member.Value(at, given, "true or false", &isSet); err != nil {
			return err
		}
		switch {
		case name == "include_usage":
			r.includeUsage = isSet
		case name == "include_obfuscation" && !isSet:
		default:
			return allow.Refuse(at, allow.Unsupported, "is not supported")
		}
	}
	return nil
}

// text reads a member that is one.
func text(name string, raw json.RawMessage, into *string) error {
	return member.Value(name, raw, "a text", into)
}
