package main

import (
	"bufio"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"

	"github.com/bothost/bothost/sdk/fault"
)

// session is an interactive chat: it reads a line, prints the reply as it comes,
// and so on. An interrupt cancels the reply that is under way, and otherwise
// ends the session.
type session struct {
	partner      partner
	conversation string
	input        io.Reader
	// out gets what the bot says, notes everything else.
	out, notes io.Writer
}

func newSession(c *chat, p partner) *session {
	return &session{
		partner: p, conversation: c.conversation,
		input: c.app.stdin, out: c.app.stdout, notes: c.app.stderr,
	}
}

const sessionHelp = `/new   begin a new conversation
/quit  end the session; so does ctrl-D, and ctrl-C between replies
/help  this text
Everything else is sent to the bot. ctrl-C cancels the reply that is being given.
`

func (s *session) run(ctx context.Context) error {
	interrupts := make(chan os.Signal, 1)
	signal.Notify(interrupts, os.Interrupt)
	defer signal.Stop(interrupts)
	return s.loop(ctx, readLines(s.input), interrupts)
}

func (s *session) loop(ctx context.Context, lines <-chan string, interrupts <-chan os.Signal) error {
	fmt.Fprintln(s.notes, "Type a message; /help lists the commands, ctrl-D ends.")
	for {
		fmt.Fprint(s.notes, "> ")
		select {
		case line, more := <-lines:
			if !more || strings.TrimSpace(line) == "/quit" {
				return s.farewell(more)
			}
			s.take(ctx, strings.TrimSpace(line), interrupts)
		case <-interrupts:
			return s.farewell(false)
		case <-ctx.Done():
			return s.farewell(false)
		}
	}
}

// readLines gives the lines of a terminal. Its goroutine ends with the input; a
// read from a terminal cannot be given up, so that it may outlast the session, to
// the end of the process.
func readLines(input io.Reader) <-chan string {
	lines := make(chan string)
	go func() {
		defer close(lines)
		scanner := bufio.NewScanner(input)
		scanner.Buffer(nil, maxMessage)
		for scanner.Scan() {
			lines <- scanner.Text()
		}
	}()
	return lines
}

// farewell says how to come back. lineEnded tells that the cursor is at the
// beginning of a line.
func (s *session) farewell(lineEnded bool) error {
	if !lineEnded {
		fmt.Fprintln(s.notes)
	}
	if s.conversation != "" {
		fmt.Fprintf(s.notes, "Go on with: --conversation %s\n", s.conversation)
	}
	return nil
}

// take does what a line says.
func (s *session) take(ctx context.Context, line string, interrupts <-chan os.Signal) {
	switch {
	case line == "":
	case line == "/help":
		fmt.Fprint(s.notes, sessionHelp)
	case line == "/new":
		s.conversation = ""
		fmt.Fprintln(s.notes, "A new conversation begins with the next message.")
	case strings.HasPrefix(line, "/") && !strings.Contains(line, " "):
		fmt.Fprintf(s.notes, "There is no command %s; /help lists them.\n", line)
	default:
		s.say(ctx, line, interrupts)
	}
}

// newConversation makes an id, so that a first turn that is cancelled is part of
// the conversation that goes on.
func newConversation() string {
	id := make([]byte, 16)
	// It never fails: see crypto/rand.
	_, _ = rand.Read(id)
	return "conv_" + hex.EncodeToString(id)
}

// say sends a message, and cancels the turn on an interrupt. A failure ends the
// turn, not the session.
func (s *session) say(ctx context.Context, message string, interrupts <-chan os.Signal) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if s.conversation == "" {
		s.conversation = newConversation()
	}
	out := &printer{w: s.out}
	ended := make(chan struct{})
	var failure error
	go func() {
		defer close(ended)
		_, failure = s.partner.say(ctx, s.conversation, message, out.print)
	}()
	select {
	case <-ended:
	case <-interrupts:
		cancel()
		<-ended
	}
	out.endLine()
	s.tell(ctx, failure)
}

func (s *session) tell(ctx context.Context, failure error) {
	switch {
	case failure == nil:
	case errors.Is(ctx.Err(), context.Canceled), fault.Is(failure, fault.Canceled):
		fmt.Fprintln(s.notes, "(cancelled)")
	default:
		fmt.Fprintf(s.notes, "bothost: %v\n", failure)
		if hint := hintOf(failure); hint != "" {
			fmt.Fprintf(s.notes, "Try: %s\n", hint)
		}
	}
}
