package e2e

import (
	"bufio"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// prompt is what the model was shown in one call, as it recorded it.
type prompt struct {
	Tenant       string
	Conversation string
	Messages     []struct{ Role, Text string }
	Options      object
	Outcome      string
}

// prompts reads what the echo provider has recorded so far.
func (s *site) prompts() []prompt {
	s.t.Helper()
	file, err := os.Open(filepath.Join(s.folder, "data", "record.jsonl"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		s.t.Fatal(err)
	}
	defer file.Close()
	var all []prompt
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var p prompt
		if err := json.Unmarshal(lines.Bytes(), &p); err != nil {
			s.t.Fatal(err)
		}
		all = append(all, p)
	}
	return all
}

func (s *site) lastPrompt() prompt {
	s.t.Helper()
	all := s.prompts()
	if len(all) == 0 {
		s.t.Fatal("the model was never asked")
	}
	return all[len(all)-1]
}

// texts gives a prompt's messages as "role: text".
func (p prompt) texts() []string {
	out := make([]string, len(p.Messages))
	for i, m := range p.Messages {
		out[i] = m.Role + ": " + m.Text
	}
	return out
}

// waitForOutcome waits until the last call has ended so.
func (s *site) waitForOutcome(outcome string) {
	s.t.Helper()
	for until := time.Now().Add(30 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		all := s.prompts()
		if len(all) > 0 && all[len(all)-1].Outcome == outcome {
			return
		}
		if time.Now().After(until) {
			s.t.Fatalf("the last call has not ended as %s: %+v", outcome, all)
		}
	}
}
