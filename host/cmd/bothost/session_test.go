package main

import (
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/bothost/bothost/host/apiclient"
)

// parrot is a bot that repeats what it hears, except for a few words.
type parrot struct {
	// speaking is told of a reply that will not end by itself.
	speaking chan struct{}
	heard    []string
}

func (p *parrot) say(ctx context.Context, conversation, message string, emit func(string) error) (apiclient.Reply, error) {
	p.heard = append(p.heard, conversation+": "+message)
	switch message {
	case "fail":
		return apiclient.Reply{}, errors.New("it does not feel like it")
	case "go on":
		if err := emit("on and"); err != nil {
			return apiclient.Reply{}, err
		}
		p.speaking <- struct{}{}
		<-ctx.Done()
		return apiclient.Reply{}, context.Cause(ctx)
	}
	return apiclient.Reply{ConversationID: conversation}, emit("you said " + message)
}

func (*parrot) close(context.Context) error { return nil }

// conversing runs a session on lines.
func conversing(t *testing.T, conversation string, lines ...string) (p *parrot, out, notes string) {
	t.Helper()
	p = &parrot{}
	var said, noted strings.Builder
	s := &session{partner: p, conversation: conversation, out: &said, notes: &noted}
	if err := s.loop(t.Context(), readLines(strings.NewReader(strings.Join(lines, "\n"))), nil); err != nil {
		t.Error(err)
	}
	return p, said.String(), noted.String()
}

func TestSession(t *testing.T) {
	t.Parallel()
	p, out, notes := conversing(t, "c", "one", "", "  two  ", "/help", "/halp", "fail", "/etc/passwd is a file", "/quit", "never")
	if want := "you said one\nyou said two\nyou said /etc/passwd is a file\n"; out != want {
		t.Errorf("got %q, want %q", out, want)
	}
	if got, want := strings.Join(p.heard, "|"), "c: one|c: two|c: fail|c: /etc/passwd is a file"; got != want {
		t.Errorf("the bot heard %q, want %q", got, want)
	}
	for _, want := range []string{"ctrl-D", "/quit  end", "no command /halp", "it does not feel like it", "Go on with: --conversation c"} {
		if !strings.Contains(notes, want) {
			t.Errorf("it did not say %q:\n%s", want, notes)
		}
	}
}

func TestSessionBeginsConversations(t *testing.T) {
	t.Parallel()
	p, _, notes := conversing(t, "", "one", "two", "/new", "three")
	names := make([]string, len(p.heard))
	for i, line := range p.heard {
		names[i], _, _ = strings.Cut(line, ": ")
	}
	if names[0] == "" || names[0] != names[1] || names[2] == "" || names[2] == names[0] {
		t.Errorf("the conversations are %q", names)
	}
	if !strings.Contains(notes, "--conversation "+names[2]) {
		t.Errorf("it does not say how to go on:\n%s", notes)
	}
}

// TestInterrupts checks that the first interrupt cancels the reply, and the next
// ends the session.
func TestInterrupts(t *testing.T) {
	t.Parallel()
	p := &parrot{speaking: make(chan struct{})}
	var said, noted strings.Builder
	s := &session{partner: p, conversation: "c", out: &said, notes: &noted}
	lines, interrupts, ended := make(chan string), make(chan os.Signal), make(chan error)
	go func() { ended <- s.loop(t.Context(), lines, interrupts) }()
	lines <- "go on"
	<-p.speaking
	interrupts <- os.Interrupt
	lines <- "one"
	// This one is taken when the reply has ended.
	lines <- ""
	interrupts <- os.Interrupt
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if want := "on and\nyou said one\n"; said.String() != want {
		t.Errorf("got %q, want %q", said.String(), want)
	}
	if !strings.Contains(noted.String(), "(cancelled)") {
		t.Errorf("it did not say that it was cancelled:\n%s", noted.String())
	}
}

func TestMessage(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		args  []string
		stdin string
		want  string
		fails bool
	}{
		"an argument":          {args: []string{"one"}, stdin: "two", want: "one"},
		"standard input":       {stdin: "one\ntwo\r\n\n", want: "one\ntwo"},
		"a dash":               {args: []string{"-"}, stdin: " one", want: " one"},
		"nothing":              {stdin: "\n", fails: true},
		"more than is allowed": {stdin: strings.Repeat("x", maxMessage+1), fails: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := &chat{app: &app{stdin: io.Reader(strings.NewReader(test.stdin))}}
			got, interactive, err := c.message(test.args)
			if got != test.want || interactive || (err != nil) != test.fails {
				t.Errorf("got %q, %t, %v", got, interactive, err)
			}
		})
	}
}
