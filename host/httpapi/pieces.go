package httpapi

import (
	"net/http"
	"time"
)

// pieceTimeout is how long a client may take to take a piece.
const pieceTimeout = 30 * time.Second

// pieces writes an answer piece by piece, each at once.
type pieces struct {
	w           http.ResponseWriter
	controller  *http.ResponseController
	contentType string
	started     bool
}

func newPieces(w http.ResponseWriter, contentType string) *pieces {
	return &pieces{w: w, controller: http.NewResponseController(w), contentType: contentType}
}

// write sends one piece. An error means that the client has gone, or takes
// nothing any more.
func (p *pieces) write(piece []byte) error {
	if !p.started {
		p.begin()
	}
	// A server that cannot set deadlines (in tests) has none to fear.
	_ = p.controller.SetWriteDeadline(time.Now().Add(pieceTimeout))
	if _, err := p.w.Write(piece); err != nil {
		return err
	}
	return p.controller.Flush()
}

func (p *pieces) begin() {
	header := p.w.Header()
	header.Set("Content-Type", p.contentType)
	header.Set("Cache-Control", "no-store")
	// Asks nginx not to collect what is meant to be seen at once.
	header.Set("X-Accel-Buffering", "no")
	p.w.WriteHeader(http.StatusOK)
	p.started = true
}
