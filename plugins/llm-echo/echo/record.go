package echo

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"github.com/bothost/bothost/sdk/llm"
)

// How a recorded call ended.
const (
	Done     = "done"
	Canceled = "canceled"
	Failed   = "failed"
)

// Record is a call as its file tells it, one line of JSON: what the server of
// a model would have seen.
type Record struct {
	Tenant       string            `json:"tenant"`
	Conversation string            `json:"conversation"`
	Messages     []RecordedMessage `json:"messages"`
	Options      Options           `json:"options"`
	// Outcome is Done, Canceled or Failed.
	Outcome string `json:"outcome"`
}

// RecordedMessage is a message as it was shown.
type RecordedMessage struct {
	Role string `json:"role"`
	Text string `json:"text"`
}

func newRecord(request llm.Request[Options]) Record {
	record := Record{
		Tenant:       request.Tenant,
		Conversation: request.Conversation,
		Messages:     make([]RecordedMessage, len(request.Messages)),
		Options:      request.Options,
		Outcome:      Failed,
	}
	for i, m := range request.Messages {
		record.Messages[i] = RecordedMessage{Role: string(m.Role), Text: textOf(m)}
	}
	return record
}

// recorder appends records to a file, one whole line at a time. The nil
// recorder keeps nothing.
type recorder struct {
	mu   sync.Mutex
	file *os.File
}

func openRecorder(path, dataDir string) (*recorder, error) {
	if path == "" {
		return nil, nil
	}
	if !filepath.IsAbs(path) {
		path = filepath.Join(dataDir, path)
	}
	file, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("llm-echo: open the record: %w", err)
	}
	return &recorder{file: file}, nil
}

func (r *recorder) add(record Record) error {
	if r == nil {
		return nil
	}
	line, err := json.Marshal(record)
	if err != nil {
		return fmt.Errorf("llm-echo: encode a record: %w", err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, err := r.file.Write(append(line, '\n')); err != nil {
		return fmt.Errorf("llm-echo: write a record: %w", err)
	}
	return nil
}

func (r *recorder) close() error {
	if r == nil {
		return nil
	}
	return r.file.Close()
}
