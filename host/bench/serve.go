//go:build linux

package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/bothost/bothost/host/bench/internal/hop"
	"github.com/bothost/bothost/host/internal/fakemodel"
)

func serveModel(args []string) error {
	flags := flag.NewFlagSet("bench model", flag.ContinueOnError)
	pieces := flags.Int("pieces", 1, "pieces of a reply")
	delay := flags.Duration("delay", 0, "pause before each piece")
	if err := flags.Parse(args); err != nil {
		return flag.ErrHelp
	}
	server, err := fakemodel.New(fakemodel.Settings{Pieces: *pieces, Delay: *delay})
	if err != nil {
		return err
	}
	return serve(server)
}

func serveHop(args []string) error {
	if len(args) != 1 {
		return errors.New("usage: bench hop URL")
	}
	forward, err := hop.New(args[0])
	if err != nil {
		return err
	}
	return serve(forward)
}

// serve answers until standard input ends.
func serve(handler http.Handler) error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	fmt.Printf("Listening on http://%s\n", listener.Addr())
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	_, _ = io.Copy(io.Discard, os.Stdin)
	err = server.Close()
	if failed := <-served; !errors.Is(failed, http.ErrServerClosed) {
		err = failed
	}
	return err
}
