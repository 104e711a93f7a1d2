// Package gctrace reads what a Go program that runs with GODEBUG=gctrace=1 says
// of its heap, which nobody outside could tell from the memory that it holds.
package gctrace

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
)

// Variable is what to set in the program's environment.
const Variable = "GODEBUG=gctrace=1"

// sizes are the heap when a collection began and ended, and what was alive.
var sizes = regexp.MustCompile(` (\d+)->(\d+)->(\d+) MB`)

// Heap is how things stood at the end of the last collection.
type Heap struct {
	// Collections is how many there were.
	Collections int
	// Live is what was in use, in bytes, a whole number of MiB.
	Live int64
}

// Read finds the last collection in what the program has written on its standard
// error. It fails if there is none.
func Read(log io.Reader) (Heap, error) {
	var heap Heap
	reader := bufio.NewReader(log)
	for {
		line, err := reader.ReadString('\n')
		if found := sizes.FindStringSubmatch(line); found != nil && strings.HasPrefix(line, "gc ") {
			live, err := strconv.ParseInt(found[3], 10, 32)
			if err != nil {
				return Heap{}, fmt.Errorf("%q: %w", line, err)
			}
			heap = Heap{Collections: heap.Collections + 1, Live: live << 20}
		}
		switch {
		case errors.Is(err, io.EOF) && heap.Collections > 0:
			return heap, nil
		case errors.Is(err, io.EOF):
			return Heap{}, errors.New("the program has told of no collection")
		case err != nil:
			return Heap{}, fmt.Errorf("read what the program has told: %w", err)
		}
	}
}
