// Command doccheck tries what the documentation says. It runs in the checkout's
// root, on what `make build` has built.
//
// A document's commands are its sh blocks. They run in order, in one shell with
// set -e, in a copy of the checkout in which nothing has happened yet. Words
// after the language say how:
//
//	sh                   run it; it must succeed
//	sh fails             run it; it must fail (fails=2: with that status)
//	sh background        one command, a host: run it until the document's end, or
//	                     the next one on its port, and wait until it is ready
//	                     (background=8081: on that port and not 8080)
//	sh ... needs=NAME    leave it out, and say so, where there is no program of
//	                     that name, or no environment variable if it is in
//	                     capitals
//	text output          each line must stand, in this order, in what the sh
//	                     block before it printed; "..." is any text, and alone on
//	                     a line any lines
//	yaml file=NAME       write it to NAME; so with any language
//
// `make TARGET` is not run here: it must be among what .ci/run runs.
//
// Apart from that, tables of configuration keys must agree with the schemas of
// the host and its plugins, routes with the OpenAPI document, and links with the
// files that are there.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := check(ctx); err != nil {
		fmt.Fprintln(os.Stderr, err)
		stop()
		os.Exit(1)
	}
}

// check tries all documents, and fails with all that is wrong.
func check(ctx context.Context) error {
	documents, err := readAll()
	if err != nil {
		return err
	}
	wrong := []error{checkLinks(documents), checkMake(documents), checkKeys(ctx, documents), checkRoutes(documents)}
	if err := errors.Join(wrong...); err != nil {
		return err
	}
	for _, d := range documents {
		if len(d.blocks) == 0 {
			continue
		}
		began := time.Now()
		if err := run(ctx, d); err != nil {
			wrong = append(wrong, err)
			fmt.Printf("%s: WRONG\n", d.path)
			continue
		}
		fmt.Printf("%s: ok (%d blocks, %.1fs)\n", d.path, len(d.blocks), time.Since(began).Seconds())
		for _, b := range d.blocks {
			if b.leftOut() {
				fmt.Printf("NOTE: %s was NOT tried: there is no %s\n", b.where, b.needs)
			}
		}
	}
	return errors.Join(wrong...)
}

// readAll reads the README and what is in docs.
func readAll() ([]*document, error) {
	paths, err := filepath.Glob("docs/*.md")
	if err != nil {
		return nil, err
	}
	var documents []*document
	for _, path := range append([]string{"README.md"}, paths...) {
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		d, err := parse(path, string(text))
		if err != nil {
			return nil, err
		}
		documents = append(documents, d)
	}
	return documents, nil
}
