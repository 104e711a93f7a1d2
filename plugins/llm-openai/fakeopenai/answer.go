package fakeopenai

import (
	"strings"
	"time"
)

// Ending is how a reply ends.
type Ending int

const (
	// Done is the proper end: why it ended, the usage if that was asked for, and
	// the word that ends the stream.
	Done Ending = iota
	// Unmarked ends the stream after the reason, without the word.
	Unmarked
	// Lingering is like Unmarked, but the connection stays open until the client
	// leaves.
	Lingering
	// Unreasoned ends with the word, and says no reason before it.
	Unreasoned
	// Missing ends the stream in order, but in the middle of the reply.
	Missing
	// Cut breaks the connection in the middle of a line.
	Cut
	// Silent says no more and keeps the connection until the client leaves.
	Silent
)

// Answer is what a request gets. The zero Answer is an empty reply.
type Answer struct {
	// Status other than 0 refuses the request, with Header and with Problem as the
	// whole document.
	Status  int
	Header  map[string]string
	Problem string

	// Hold, if not nil, keeps the reply back until it is closed.
	Hold <-chan struct{}
	// Between is waited before each piece but the first.
	Between time.Duration
	// Comments is how many comments precede each piece.
	Comments int
	// Pieces are sent an event each.
	Pieces []string
	// Raw is sent as it stands after the pieces, before the ending.
	Raw    string
	Ending Ending
	// FinishReason is "stop" unless it says otherwise.
	FinishReason string
	// IsWhole answers with one document, as a server that cannot stream.
	IsWhole bool
	// WithoutUsage keeps the usage back from who asks for it.
	WithoutUsage bool
}

// Say is an answer of these pieces.
func Say(pieces ...string) func(Request) Answer {
	return Always(Answer{Pieces: pieces})
}

// Always gives every request the same answer.
func Always(answer Answer) func(Request) Answer {
	return func(Request) Answer { return answer }
}

func sayBack(request Request) Answer {
	texts := request.texts()
	return Answer{Pieces: strings.SplitAfter("You said: "+texts[len(texts)-1], " ")}
}
