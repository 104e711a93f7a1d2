package sdk

import (
	"context"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"google.golang.org/grpc"

	"github.com/bothost/bothost/sdk/fault"
	pluginv1 "github.com/bothost/bothost/sdk/plugin/v1"
)

const (
	// holdFor is how long a piece of a reply that is read as a whole is held
	// back, so that others go with it.
	holdFor = 250 * time.Millisecond
	// holdBytes is the most that is sent as one piece, about.
	holdBytes = 32 << 10
	// outletPieces is how many pieces may wait for their sending; then the
	// provider waits.
	outletPieces = 64
)

type chatStream = grpc.ServerStreamingServer[pluginv1.ChatResponse]

// newOutlet gives a provider its way to the stream: emit for each piece, and end,
// to be called when the provider has returned, after which all has been sent that
// can be. Calling end again is harmless.
//
// A message on the wire costs more than most pieces are worth, so pieces that are
// there at the same time go together: for a reply that is read as it comes, those
// that came while the one before was being sent; for one that is read as a whole,
// those of a quarter of a second.
func newOutlet(stream chatStream, whole bool) (emit func(string) error, end func() error) {
	send := func(text string) error {
		return stream.Send(&pluginv1.ChatResponse{Event: &pluginv1.ChatResponse_Delta{Delta: text}})
	}
	if whole {
		g := &gatherer{send: send, sent: time.Now()}
		return checked(stream.Context(), g.emit), g.flush
	}
	o := &outlet{send: send, pieces: make(chan string, outletPieces), ended: make(chan struct{})}
	go o.run()
	return checked(stream.Context(), o.emit), sync.OnceValue(o.end)
}

// checked refuses what is no text, and keeps from the wire what carries nothing.
func checked(ctx context.Context, emit func(string) error) func(string) error {
	return func(text string) error {
		if text == "" {
			return ctx.Err()
		}
		if !utf8.ValidString(text) {
			return fault.New(fault.Internal, "the provider emitted text that is not whole code points of UTF-8")
		}
		return emit(text)
	}
}

// gatherer holds pieces back for a while.
type gatherer struct {
	send func(string) error
	sent time.Time
	held strings.Builder
}

func (g *gatherer) emit(text string) error {
	g.held.WriteString(text)
	if g.held.Len() < holdBytes && time.Since(g.sent) < holdFor {
		return nil
	}
	return g.flush()
}

func (g *gatherer) flush() error {
	if g.held.Len() == 0 {
		return nil
	}
	text := g.held.String()
	g.held.Reset()
	g.sent = time.Now()
	return g.send(text)
}

// outlet sends pieces from a goroutine of its own, which end waits for.
type outlet struct {
	send   func(string) error
	pieces chan string
	// ended is closed when nothing will be sent any more; err says why, if it is
	// not that all was sent.
	ended chan struct{}
	err   error
}

func (o *outlet) emit(text string) error {
	select {
	case o.pieces <- text:
		return nil
	case <-o.ended:
		return o.err
	}
}

func (o *outlet) end() error {
	close(o.pieces)
	<-o.ended
	return o.err
}

func (o *outlet) run() {
	defer close(o.ended)
	for piece := range o.pieces {
		if o.err = o.send(o.gather(piece)); o.err != nil {
			return
		}
	}
}

// gather adds to a piece those that have come since.
func (o *outlet) gather(piece string) string {
	if len(o.pieces) == 0 {
		return piece
	}
	var gathered strings.Builder
	gathered.WriteString(piece)
	for len(o.pieces) > 0 && gathered.Len() < holdBytes {
		gathered.WriteString(<-o.pieces)
	}
	return gathered.String()
}
