// Package allow is what a tenant's configuration lets clients choose, who ask its
// model outside of conversations: the section `allow` of a bot. What it does not
// list may not be chosen, and the refusal says so by the client's own name for it.
package allow

import (
	"slices"
	"strings"

	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/message"
)

// DefaultModel names the model that the bot's configuration has.
const DefaultModel = "default"

// Rules are the section. The zero value allows nothing but to ask.
type Rules struct {
	// Models may be named besides DefaultModel; the bot's provider speaks with
	// them.
	Models []string `json:"models" jsonschema:"description=Models that clients may name besides default"`
	// Parameters are those that clients may set.
	Parameters []Name `json:"parameters" jsonschema:"description=Parameters that clients may set"`
	// Bounds narrow what parameters may be set to.
	Bounds Bounds `json:"bounds" jsonschema:"description=Least and greatest values of parameters"`
	// SystemMessages lets clients add to the system prompt.
	SystemMessages bool `json:"system_messages" jsonschema:"description=Whether clients may send system and developer messages"`
}

// Choice is what a client has chosen.
type Choice struct {
	// Model is "" or DefaultModel for the bot's own.
	Model      string
	Parameters []Parameter
	Messages   []message.Message
}

// Parameter is one that a client sets.
type Parameter struct {
	Name Name
	// As is what the client calls it.
	As string
	// Value is a float64, a string or a list of strings, by the name.
	Value any
}

// Check refuses what the rules do not allow. Its errors are those of Refuse.
func (r Rules) Check(c Choice) error {
	if c.Model != "" && c.Model != DefaultModel && !slices.Contains(r.Models, c.Model) {
		return fault.New(fault.NotFound, "there is no model %q; GET /v1/models lists them", c.Model).
			WithReason(fault.ModelNotFound).WithField("model", "there is no such model")
	}
	for _, parameter := range c.Parameters {
		if err := r.checkParameter(parameter); err != nil {
			return err
		}
	}
	return r.checkMessages(c.Messages)
}

func (r Rules) checkParameter(p Parameter) error {
	if !slices.Contains(r.Parameters, p.Name) {
		return Refuse(p.As, NotAllowed, "may not be set by clients of this bot; allow.parameters of its configuration has: %s", r.list())
	}
	if number, ok := p.Value.(float64); ok {
		return r.Bounds.of(p.Name).check(p.As, number)
	}
	return nil
}

func (r Rules) list() string {
	if len(r.Parameters) == 0 {
		return "nothing"
	}
	names := make([]string, len(r.Parameters))
	for i, name := range r.Parameters {
		names[i] = string(name)
	}
	return strings.Join(names, ", ")
}

func (r Rules) checkMessages(messages []message.Message) error {
	at := slices.IndexFunc(messages, func(m message.Message) bool { return m.Role == message.System })
	if at < 0 || r.SystemMessages {
		return nil
	}
	return Refuse(At("messages", at)+".role", NotAllowed,
		"may not be that of a system or developer message: allow.system_messages of this bot's configuration is not true")
}

// Catalogue is every model that a client may name.
func (r Rules) Catalogue() []string {
	return slices.Concat([]string{DefaultModel}, r.Models)
}
