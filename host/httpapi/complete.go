package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/bothost/bothost/host/bot"
	"github.com/bothost/bothost/host/httpapi/ollama"
	"github.com/bothost/bothost/host/httpapi/openai"
)

// exchange is a completion as it was asked for in another API, and the answer
// in the words of that.
type exchange interface {
	Whole(bot.Completed) any
	Delta(text string) []byte
	End(bot.Completed) []byte
	// Failure is the end of a stream that has begun, of a problem document and
	// what it says.
	Failure(problem any, detail string) []byte
}

// chatCompletions is POST /v1/chat/completions.
func (a *api) chatCompletions(w http.ResponseWriter, r *http.Request, tenant string) error {
	body, err := readMembers(w, r)
	if err != nil {
		return err
	}
	request, err := openai.Read(body)
	if err != nil {
		return err
	}
	answer := openai.NewAnswer(request, time.Now())
	if request.IsStreamed() {
		return a.streamCompletion(w, r, tenant, request.Completion(), answer, openai.StreamType)
	}
	return a.wholeCompletion(r.Context(), w, tenant, request.Completion(), answer)
}

// ollamaChat is POST /api/chat.
func (a *api) ollamaChat(w http.ResponseWriter, r *http.Request, tenant string) error {
	body, err := readMembers(w, r)
	if err != nil {
		return err
	}
	request, err := ollama.Read(body)
	if err != nil {
		return err
	}
	answer := ollama.NewAnswer(request, time.Now())
	if request.IsStreamed() {
		return a.streamCompletion(w, r, tenant, request.Completion(), answer, ollama.StreamType)
	}
	return a.wholeCompletion(r.Context(), w, tenant, request.Completion(), answer)
}

func (a *api) wholeCompletion(ctx context.Context, w http.ResponseWriter, tenant string, c bot.Completion, e exchange) error {
	completed, err := a.Registry.Complete(ctx, tenant, c, nil)
	if err != nil {
		return err
	}
	return reply(w, http.StatusOK, e.Whole(completed))
}

// streamCompletion sends an answer as it is made. What fails before its first
// piece is an ordinary answer with its status, so that clients try again.
func (a *api) streamCompletion(
	w http.ResponseWriter, r *http.Request, tenant string, c bot.Completion, e exchange, contentType string,
) error {
	out := newPieces(w, contentType)
	completed, err := a.Registry.Complete(r.Context(), tenant, c, func(text string) error { return out.write(e.Delta(text)) })
	switch {
	case err == nil:
		_ = out.write(e.End(completed))
	case !out.started:
		return err
	default:
		p := problemOf(asRefused(a.discreet(r, meant(r, err))))
		_ = out.write(e.Failure(p, p.Detail))
	}
	return nil
}

// readMembers takes a body whose members another package knows.
func readMembers(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	body, err := readBody(w, r)
	if err != nil {
		return nil, err
	}
	return body, checkMembers(body)
}
