package echo_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bothost/bothost/plugins/llm-echo/echo"
	"github.com/bothost/bothost/sdk"
	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/message"
)

func readRecords(t *testing.T, path string) []echo.Record {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var records []echo.Record
	for line := range bytes.Lines(data) {
		var record echo.Record
		if err := json.Unmarshal(line, &record); err != nil {
			t.Fatalf("line %q: %v", line, err)
		}
		records = append(records, record)
	}
	return records
}

func TestRecord(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "calls.jsonl")
	provider := open(t, echo.Config{Record: path})
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	contexts := []context.Context{t.Context(), canceled, t.Context()}
	failures := []echo.Failure{echo.None, echo.None, echo.MidStream}
	for i, ctx := range contexts {
		var told collect
		request := ask(echo.Options{Fail: failures[i]}, message.New(message.System, "Be kind."), message.New(message.User, "hi"))
		_, err := provider.Chat(ctx, request, told.emit)
		if wantErr := i > 0; (err != nil) != wantErr {
			t.Fatalf("call %d: %v", i, err)
		}
	}
	shown := []echo.RecordedMessage{{Role: "system", Text: "Be kind."}, {Role: "user", Text: "hi"}}
	want := []echo.Record{
		{Tenant: "client-a", Conversation: "c1", Messages: shown, Outcome: echo.Done},
		{Tenant: "client-a", Conversation: "c1", Messages: shown, Outcome: echo.Canceled},
		{Tenant: "client-a", Conversation: "c1", Messages: shown, Options: echo.Options{Fail: echo.MidStream}, Outcome: echo.Failed},
	}
	if diff := cmp.Diff(want, readRecords(t, path)); diff != "" {
		t.Errorf("records (-want +got):\n%s", diff)
	}
}

func TestRecordIsRelativeToTheDataDirectory(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	provider, err := echo.Open(t.Context(), echo.Config{Record: "calls.jsonl"}, sdk.Settings{DataDir: dir})
	if err != nil {
		t.Fatal(err)
	}
	if err := provider.Close(); err != nil {
		t.Fatal(err)
	}
	if records := readRecords(t, filepath.Join(dir, "calls.jsonl")); len(records) != 0 {
		t.Errorf("a record of no call: %v", records)
	}
}

func TestRecordThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	_, err := echo.Open(t.Context(), echo.Config{Record: "no/such/folder/calls"}, sdk.Settings{DataDir: t.TempDir()})
	if !fault.Is(err, fault.Unavailable) || fault.As(err).Remedy == "" {
		t.Errorf("got %v, want unavailable with a remedy", err)
	}
}

func TestRecordsOfConcurrentCallsAreWhole(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "calls.jsonl")
	provider := open(t, echo.Config{Record: path})
	const calls = 50
	var group sync.WaitGroup
	for i := range calls {
		group.Go(func() {
			var told collect
			request := ask(echo.Options{}, message.New(message.User, fmt.Sprint("message ", i)))
			if _, err := provider.Chat(t.Context(), request, told.emit); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	seen := map[string]bool{}
	for _, record := range readRecords(t, path) {
		seen[record.Messages[0].Text] = true
	}
	if len(seen) != calls {
		t.Errorf("%d distinct calls recorded, want %d", len(seen), calls)
	}
}
