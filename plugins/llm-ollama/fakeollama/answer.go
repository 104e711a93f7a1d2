package fakeollama

import (
	"strings"
	"time"

	"github.com/ollama/ollama/api"
)

// Ending is how a reply ends.
type Ending int

const (
	// Done is the proper end: a last line with the counts.
	Done Ending = iota
	// ErrorLine is what a server sends whose engine dies: an error in a
	// stream that began with 200.
	ErrorLine
	// Cut breaks the connection in the middle of a line.
	Cut
	// Missing ends the stream in order, but without its last line.
	Missing
	// Silent says no more and keeps the connection until the client leaves.
	Silent
)

// EngineDied is the error that the real server puts into a stream when its
// engine dies.
const EngineDied = "an error was encountered while running the model: unexpected EOF"

// Answer is what a request gets. The zero Answer is an empty reply.
type Answer struct {
	// Status other than 0 refuses the request; Problem is the text of the
	// error document, and without one the body is empty.
	Status  int
	Problem string

	// Hold, if not nil, keeps the reply back until it is closed.
	Hold <-chan struct{}
	// Delay is waited before the first piece, Between before each other one.
	Delay   time.Duration
	Between time.Duration
	// Pieces are sent a line each.
	Pieces []string
	Ending Ending
	// DoneReason is "stop" unless it says otherwise.
	DoneReason string
	// ToolCalls are sent with the last line.
	ToolCalls []api.ToolCall
}

// Busy is the answer of a server that has too many requests waiting.
func Busy() Answer {
	return Answer{Status: 503, Problem: "server busy, please try again.  maximum pending requests exceeded"}
}

// Say is an answer of these pieces.
func Say(pieces ...string) func(api.ChatRequest) Answer {
	return Always(Answer{Pieces: pieces})
}

// Always gives every request the same answer.
func Always(answer Answer) func(api.ChatRequest) Answer {
	return func(api.ChatRequest) Answer { return answer }
}

func sayBack(request api.ChatRequest) Answer {
	if len(request.Messages) == 0 {
		return Answer{DoneReason: "load"}
	}
	last := request.Messages[len(request.Messages)-1].Content
	return Answer{Pieces: strings.SplitAfter("You said: "+last, " ")}
}
