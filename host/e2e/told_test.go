package e2e

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// noAnswer is wrong with an error of the connection.
const noAnswer = "it is no answer of the host"

// told is what a caller was told of one attempt at a turn.
type told struct {
	text string
	// turn is 0, and reply is empty, if the attempt failed.
	turn  int
	reply string
	// failure says how it failed, and wrong what is wrong with being told so.
	failure, wrong string
	// heard says that something of the reply had come before.
	heard bool
}

// listen reads a stream to its end.
func (a *told) listen(stream io.Reader) error {
	var reply bytes.Buffer
	err := readEvents(stream, func(e event) bool {
		switch e.name {
		case "delta":
			a.heard = true
			reply.WriteString(e.data["text"].(string))
		case "done":
			a.done(e.data)
		case "error":
			a.fail(e.data, nil)
		}
		return true
	})
	if err == nil && a.turn == 0 && a.failure == "" {
		err = io.ErrUnexpectedEOF
	}
	if a.turn != 0 && a.reply != reply.String() {
		a.wrong = fmt.Sprintf("the pieces of the reply were %q", reply.String())
	}
	return err
}

func (a *told) done(body object) {
	a.turn, a.reply = int(body["turn"].(float64)), body["reply"].(string)
	if a.reply != answerTo(a.text) {
		a.wrong = "it is the reply to another message"
	}
}

// fail takes down a failure, which has to say what went wrong, and when to come
// back if it says that it is the host's. The header is nil in a stream.
func (a *told) fail(body object, header http.Header) {
	status, _ := body["status"].(float64)
	code, _ := body["type"].(string)
	detail, _ := body["detail"].(string)
	a.failure = fmt.Sprintf("%v %s: %s", status, strings.TrimPrefix(code, "urn:bothost:problem:"), detail)
	switch {
	case status < 500 || code == "" || detail == "":
		a.wrong = "it is no clear error"
	case header != nil && status == http.StatusServiceUnavailable && header.Get("Retry-After") == "":
		a.wrong = "it has no Retry-After"
	}
}
