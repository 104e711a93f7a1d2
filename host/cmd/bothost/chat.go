package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
	"golang.org/x/term"
)

// chat are the flags of one chat.
type chat struct {
	app          *app
	local        *local
	remote       *remote
	tenant       string
	conversation string
}

func (a *app) chatCommand() *cobra.Command {
	c := &chat{app: a}
	command := &cobra.Command{
		Use: "chat --tenant TENANT [--conversation ID] [MESSAGE]", Short: "Talk to a tenant's bot",
		Args: oneMessage, DisableFlagsInUseLine: true,
		RunE: func(command *cobra.Command, args []string) error { return c.run(command.Context(), args) },
	}
	command.Long = `Talk to a tenant's bot: one message, or a session if no message is given. The reply
is printed as it comes. A message "-", or none where standard input is not a
terminal, is read from standard input as a whole.

The bot is that of the host at --url or BOTHOST_URL; if none is named, a host is
started in this process for as long as the chat lasts. With a tenant's own key
--tenant may be left out.`
	command.Example = `  bothost chat --tenant client-a "Hello!"
  bothost chat --tenant client-a --conversation c1
  bothost chat --url https://bots.example.com --key KEY "Hello!"`
	command.Flags().StringVar(&c.tenant, "tenant", "", "`TENANT` whose bot to talk to")
	command.Flags().StringVar(&c.conversation, "conversation", "", "`ID` of the conversation to go on with, or to begin")
	c.local, c.remote = a.localFlags(command), a.remoteFlags(command)
	c.local.attachFlag(command)
	return command
}

// oneMessage catches a message that was not put in quotes.
func oneMessage(_ *cobra.Command, args []string) error {
	if len(args) > 1 {
		return usagef("a message of several words needs quotes: \"%s\"", strings.Join(args, " "))
	}
	return nil
}

func (c *chat) run(ctx context.Context, args []string) (err error) {
	ctx, stop := untilSignal(ctx, syscall.SIGTERM)
	defer stop()
	if c.tenant == "" && (c.remote.address() == "" || c.remote.client().Key == "") {
		return usagef("name the tenant: --tenant TENANT")
	}
	if c.remote.address() != "" && len(c.local.attach) > 0 {
		return usagef("--attach is for a host in this process; give it to bothost serve instead")
	}
	message, interactive, err := c.message(args)
	if err != nil {
		return err
	}
	partner, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, partner.close(ctx)) }()
	if interactive {
		return newSession(c, partner).run(ctx)
	}
	return c.once(ctx, partner, message)
}

// maxMessage bounds a message, in bytes: the host takes no more.
const maxMessage = 1 << 20

// message gives the one message, unless there is to be a session.
func (c *chat) message(args []string) (message string, interactive bool, err error) {
	if len(args) == 1 && args[0] != "-" {
		return args[0], false, nil
	}
	if len(args) == 0 && isTerminal(c.app.stdin) {
		if c.app.json {
			return "", false, usagef("--json needs a message: a session is for people")
		}
		return "", true, nil
	}
	whole, err := io.ReadAll(io.LimitReader(c.app.stdin, maxMessage+1))
	if err != nil {
		return "", false, fmt.Errorf("read standard input: %w", err)
	}
	message = strings.TrimRight(string(whole), "\r\n")
	switch {
	case len(whole) > maxMessage:
		return "", false, fmt.Errorf("the message on standard input has more than %d bytes", maxMessage)
	case message == "":
		return "", false, usagef("there is no message on standard input")
	}
	return message, false, nil
}

// isTerminal reports whether a stream is one.
func isTerminal(stream any) bool {
	file, ok := stream.(*os.File)
	//nolint:gosec // a file descriptor fits an int
	return ok && term.IsTerminal(int(file.Fd()))
}

// once sends one message. An interrupt cancels the turn.
func (c *chat) once(ctx context.Context, partner partner, message string) error {
	ctx, stop := untilSignal(ctx, os.Interrupt)
	defer stop()
	if c.app.json {
		reply, err := partner.say(ctx, c.conversation, message, func(string) error { return nil })
		if err != nil {
			return plainly(ctx, err)
		}
		return c.app.show(reply, nil)
	}
	out := &printer{w: c.app.stdout}
	reply, err := partner.say(ctx, c.conversation, message, out.print)
	out.endLine()
	if err != nil {
		return plainly(ctx, err)
	}
	if c.conversation == "" {
		fmt.Fprintf(c.app.stderr, "Go on with: --conversation %s\n", reply.ConversationID)
	}
	return nil
}

// printer prints the pieces of a reply.
type printer struct {
	w    io.Writer
	last string
}

func (p *printer) print(text string) error {
	if text == "" {
		return nil
	}
	p.last = text
	_, err := io.WriteString(p.w, text)
	return err
}

// endLine ends the line that the last piece left open.
func (p *printer) endLine() {
	if p.last != "" && !strings.HasSuffix(p.last, "\n") {
		fmt.Fprintln(p.w)
	}
}
