package fakemodel_test

import (
	"bufio"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bothost/bothost/host/internal/fakemodel"
)

const pieces = 5

func newServer(t *testing.T, settings fakemodel.Settings) *fakemodel.Server {
	t.Helper()
	server, err := fakemodel.New(settings)
	if err != nil {
		t.Fatal(err)
	}
	return server
}

// post gives the answer to a request, recorded.
func post(t *testing.T, path, body string) *httptest.ResponseRecorder {
	t.Helper()
	answer := httptest.NewRecorder()
	request := httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
	newServer(t, fakemodel.Settings{Pieces: pieces}).ServeHTTP(answer, request)
	return answer
}

type ollamaLine struct {
	Model      string
	Message    struct{ Role, Content string }
	Done       *bool
	DoneReason string `json:"done_reason"`
	EvalCount  int    `json:"eval_count"`
}

func TestOllamaStream(t *testing.T) {
	t.Parallel()
	for _, body := range []string{`{"model":"fake:1b"}`, `{"stream":true}`} {
		answer := post(t, "/api/chat", body)
		if got := answer.Header().Get("Content-Type"); got != "application/x-ndjson" {
			t.Errorf("the type is %q", got)
		}
		lines := strings.Split(strings.TrimSuffix(answer.Body.String(), "\n"), "\n")
		if len(lines) != pieces+1 {
			t.Fatalf("%d lines, want %d:\n%s", len(lines), pieces+1, answer.Body)
		}
		var text string
		for i, raw := range lines {
			var line ollamaLine
			if err := json.Unmarshal([]byte(raw), &line); err != nil {
				t.Fatalf("line %d: %v", i, err)
			}
			if line.Done == nil || *line.Done != (i == pieces) || line.Message.Role != "assistant" || line.Model != fakemodel.Model {
				t.Errorf("line %d of %d: %s", i, len(lines), raw)
			}
			if i == pieces && (line.DoneReason != "stop" || line.EvalCount != pieces) {
				t.Errorf("the last line: %s", raw)
			}
			text += line.Message.Content
		}
		checkText(t, text)
	}
}

func TestOllamaWhole(t *testing.T) {
	t.Parallel()
	var line ollamaLine
	if err := json.Unmarshal(post(t, "/api/chat", `{"stream":false}`).Body.Bytes(), &line); err != nil {
		t.Fatal(err)
	}
	if line.Done == nil || !*line.Done || line.EvalCount != pieces {
		t.Errorf("got %+v", line)
	}
	checkText(t, line.Message.Content)
}

type completion struct {
	Object  string
	Choices []struct {
		Delta, Message struct{ Content string }
		FinishReason   *string `json:"finish_reason"`
	}
	Usage struct {
		CompletionTokens int `json:"completion_tokens"`
	}
}

func TestOpenAIStream(t *testing.T) {
	t.Parallel()
	answer := post(t, "/v1/chat/completions", `{"stream":true}`)
	events := strings.Split(strings.TrimSuffix(answer.Body.String(), "\n\n"), "\n\n")
	if len(events) != pieces+2 || events[pieces+1] != "data: [DONE]" {
		t.Fatalf("want %d events, the last [DONE]:\n%s", pieces+2, answer.Body)
	}
	var text string
	for i, event := range events[:pieces+1] {
		data, isData := strings.CutPrefix(event, "data: ")
		var chunk completion
		if err := json.Unmarshal([]byte(data), &chunk); err != nil || !isData {
			t.Fatalf("event %d: %q: %v", i, event, err)
		}
		if chunk.Object != "chat.completion.chunk" || len(chunk.Choices) != 1 || (chunk.Choices[0].FinishReason != nil) != (i == pieces) {
			t.Fatalf("event %d: %s", i, event)
		}
		text += chunk.Choices[0].Delta.Content
	}
	checkText(t, text)
}

func TestOpenAIWhole(t *testing.T) {
	t.Parallel()
	for _, body := range []string{`{}`, `{"stream":false}`} {
		var whole completion
		if err := json.Unmarshal(post(t, "/v1/chat/completions", body).Body.Bytes(), &whole); err != nil {
			t.Fatal(err)
		}
		if whole.Object != "chat.completion" || len(whole.Choices) != 1 || whole.Usage.CompletionTokens != pieces {
			t.Fatalf("got %+v", whole)
		}
		checkText(t, whole.Choices[0].Message.Content)
	}
}

func checkText(t *testing.T, got string) {
	t.Helper()
	want := newServer(t, fakemodel.Settings{Pieces: pieces}).Reply()
	if got != want {
		t.Errorf("the reply is %q, want %q", got, want)
	}
}

// What is streamed is there before the reply has ended.
func TestPiecesAreFlushed(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(newServer(t, fakemodel.Settings{Pieces: 2, Delay: 10 * time.Millisecond}))
	defer server.Close()
	response, err := http.Post(server.URL+"/api/chat", "application/json", strings.NewReader(`{}`))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.ContentLength != -1 {
		t.Errorf("the length, %d, was known when the reply began", response.ContentLength)
	}
	first, err := bufio.NewReader(response.Body).ReadString('\n')
	if err != nil || !strings.Contains(first, `"done":false`) {
		t.Errorf("first came %q, %v", first, err)
	}
}

func TestDelay(t *testing.T) {
	t.Parallel()
	for _, body := range []string{`{"stream":true}`, `{"stream":false}`} {
		synctest.Test(t, func(t *testing.T) {
			server := newServer(t, fakemodel.Settings{Pieces: 4, Delay: time.Second})
			began := time.Now()
			server.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodPost, "/api/chat", strings.NewReader(body)))
			if got := time.Since(began); got != 4*time.Second {
				t.Errorf("%s took %v, want 4 s", body, got)
			}
		})
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	if answer := post(t, "/api/chat", `{`); answer.Code != http.StatusBadRequest {
		t.Errorf("half a document: %d", answer.Code)
	}
	for _, settings := range []fakemodel.Settings{{}, {Pieces: 1, Delay: -1}} {
		if _, err := fakemodel.New(settings); err == nil {
			t.Errorf("%+v was accepted", settings)
		}
	}
}

func TestWhatClientsAskBesides(t *testing.T) {
	t.Parallel()
	for _, question := range []struct{ method, path, want string }{
		{http.MethodGet, "/api/version", `"version"`},
		{http.MethodGet, "/api/tags", fakemodel.Model},
		{http.MethodPost, "/api/show", `"details"`},
		{http.MethodGet, "/v1/models", fakemodel.Model},
	} {
		answer := httptest.NewRecorder()
		newServer(t, fakemodel.Settings{Pieces: 1}).ServeHTTP(answer, httptest.NewRequest(question.method, question.path, nil))
		body, _ := io.ReadAll(answer.Body)
		if answer.Code != http.StatusOK || !json.Valid(body) || !strings.Contains(string(body), question.want) {
			t.Errorf("%s: %d %s", question.path, answer.Code, body)
		}
	}
}
