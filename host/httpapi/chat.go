package httpapi

import (
	"encoding/json"
	"net/http"

	"github.com/bothost/bothost/host/bot"
)

type chatRequest struct {
	Message        string          `json:"message"`
	ConversationID string          `json:"conversation_id"`
	UserID         string          `json:"user_id"`
	Metadata       json.RawMessage `json:"metadata"`
	Stream         bool            `json:"stream"`
}

type chatReply struct {
	ConversationID string    `json:"conversation_id"`
	Turn           uint64    `json:"turn"`
	Reply          string    `json:"reply"`
	Model          string    `json:"model"`
	Provider       string    `json:"provider,omitempty"`
	FinishReason   string    `json:"finish_reason"`
	Usage          chatUsage `json:"usage"`
	Replayed       bool      `json:"replayed"`
}

type chatUsage struct {
	PromptTokens     int64 `json:"prompt_tokens"`
	CompletionTokens int64 `json:"completion_tokens"`
}

func (a *api) chat(w http.ResponseWriter, r *http.Request, tenant string) error {
	body, err := readBody(w, r)
	if err != nil {
		return err
	}
	var request chatRequest
	if err := decode(body, &request); err != nil {
		return err
	}
	c := bot.Context{
		ConversationID: request.ConversationID, UserID: request.UserID,
		Metadata: request.Metadata, IdempotencyKey: r.Header.Get("Idempotency-Key"),
	}
	if request.Stream {
		return a.chatStream(w, r, tenant, c, request.Message)
	}
	answer, err := a.Registry.Chat(r.Context(), tenant, c, request.Message, nil)
	if err != nil {
		return err
	}
	return reply(w, http.StatusOK, toChatReply(answer))
}

func toChatReply(r bot.Reply) chatReply {
	return chatReply{
		ConversationID: r.ConversationID, Turn: r.Turn, Reply: r.Text, Model: r.Model, Provider: r.Provider,
		FinishReason: r.FinishReason, Replayed: r.Replayed,
		Usage: chatUsage{PromptTokens: r.Usage.PromptTokens, CompletionTokens: r.Usage.CompletionTokens},
	}
}

// chatStream sends a turn as it happens. What fails before the turn has started
// is an ordinary answer with its status; afterwards it is the event error.
func (a *api) chatStream(w http.ResponseWriter, r *http.Request, tenant string, c bot.Context, text string) error {
	events := newEventStream(w)
	answer, err := a.Registry.Chat(r.Context(), tenant, c, text, turnEvents{events})
	switch {
	case err == nil:
		_ = events.send("done", toChatReply(answer))
	case !events.started:
		return err
	default:
		_ = events.send("error", problemOf(a.discreet(r, meant(r, err))))
	}
	return nil
}

// turnEvents writes what is observed of a turn.
type turnEvents struct{ events *eventStream }

func (t turnEvents) Started(conversationID string, turn uint64) error {
	return t.events.send("start", struct {
		ConversationID string `json:"conversation_id"`
		Turn           uint64 `json:"turn"`
	}{conversationID, turn})
}

func (t turnEvents) Delta(text string) error {
	return t.events.send("delta", struct {
		Text string `json:"text"`
	}{text})
}
