package bot

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/bothost/bothost/host/allow"
	"github.com/bothost/bothost/sdk/fault"
)

// Model is what the llm section of a bot comes to, or one of its fallbacks.
type Model struct {
	// Plugin is the full name of the plugin.
	Plugin string
	// Open gives the open instance, and what of the section travels with each
	// call, a JSON object. Turns call it whenever they need the model: an instance
	// that is not open yet, or could not be opened, is opened then.
	Open func(context.Context) (Plugin, json.RawMessage, error)
	// Adjust gives what travels with each call with other values in it. Its errors
	// have the keys that do not fit in Fields; Unsupported is for keys that the
	// provider does not have.
	Adjust func(options json.RawMessage, changes map[string]any) (json.RawMessage, error)
}

// adjusted is the model with other values in what travels with each call.
func (m Model) adjusted(c allow.Choice) Model {
	open := m.Open
	m.Open = func(ctx context.Context) (Plugin, json.RawMessage, error) {
		plugin, options, err := open(ctx)
		if err != nil {
			return plugin, nil, err
		}
		if options, err = m.Adjust(options, c.Changes()); err != nil {
			err = refusal(c, err)
		}
		return plugin, options, err
	}
	return m
}

// Opened is the model of an instance that is open for as long as the bot lives.
func Opened(plugin Plugin, options json.RawMessage) Model {
	return Model{Plugin: plugin.Name, Open: func(context.Context) (Plugin, json.RawMessage, error) {
		return plugin, options, nil
	}}
}

// choice is the model that a turn asks: the first that has not failed it.
type choice struct {
	// left are those not tried yet.
	left   []Model
	failed []failedModel
	// pin is the one that is asked, options what goes with each call.
	pin     *pin
	options json.RawMessage
}

// failedModel is one that could not speak.
type failedModel struct {
	plugin string
	fault  *fault.Error
}

// next pins the next model that can be; the one before stays pinned until then.
// The error is a fault: see failure.
func (c *choice) next(ctx context.Context) error {
	for len(c.left) > 0 {
		model := c.left[0]
		c.left = c.left[1:]
		err := c.take(ctx, model)
		if err == nil {
			return nil
		}
		if ctx.Err() != nil {
			return err
		}
		c.failed = append(c.failed, failedModel{model.Plugin, fault.As(err)})
		if !another(ctx, err) {
			break
		}
	}
	return c.failure()
}

func (c *choice) take(ctx context.Context, model Model) error {
	plugin, options, err := model.Open(ctx)
	if err != nil {
		return err
	}
	pinned, err := pinPlugin(ctx, plugin)
	if err != nil {
		return err
	}
	if c.pin != nil {
		c.pin.release()
	}
	c.pin, c.options = pinned, options
	return nil
}

// after goes on to the next model when the one that is asked has failed without
// a word. If there is none, the error is the turn's.
func (c *choice) after(ctx context.Context, err error) error {
	c.failed = append(c.failed, failedModel{c.pin.plugin.Name, fault.As(err)})
	if !another(ctx, err) {
		c.left = nil
	}
	if err := c.next(ctx); err != nil {
		return &Error{Stage: StageModel, Plugin: c.failed[0].plugin, Fault: fault.As(err)}
	}
	return nil
}

// another reports whether a model has failed so that another one may do better:
// it cannot be reached, asks for patience, or is silent.
func another(ctx context.Context, err error) bool {
	if ctx.Err() != nil || fault.HasReason(err, ShuttingDown) {
		return false
	}
	return lost(ctx, err) || fault.Is(err, fault.Unavailable) || fault.Is(err, fault.RateLimited) || fault.Is(err, fault.Timeout)
}

// failure is what the first model failed with, and shortly what became of those
// that were asked in its place.
func (c *choice) failure() *fault.Error {
	whole := *c.failed[0].fault
	for _, other := range c.failed[1:] {
		whole.Message += fmt.Sprintf("; in its place %s failed: %s", other.plugin, brief(strings.TrimPrefix(other.fault.Message, other.plugin+": ")))
	}
	return &whole
}

// briefly bounds what an error says of one of several failures.
const briefly = 160

func brief(text string) string {
	text, _, _ = strings.Cut(text, "\n")
	if len(text) <= briefly {
		return text
	}
	return strings.ToValidUTF8(text[:briefly], "") + "..."
}

// provider is the one that is asked, as the configuration names it.
func (c *choice) provider() string { return strings.TrimPrefix(c.pin.plugin.Name, "llm-") }
