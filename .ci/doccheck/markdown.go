package main

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
)

// kind says what is done with a block.
type kind int

const (
	command    kind = iota // run
	background             // run a host
	output                 // compare with what the command before it printed
	file                   // write
)

// block is a fenced part of a document that means something to the check.
type block struct {
	kind kind
	// where is "README.md:12", the line of the fence.
	where string
	text  string
	// port of a background block.
	port int
	// fails: the command must not succeed; status, unless 0, says how.
	fails  bool
	status int
	// name of the file to write.
	name string
	// needs names a program, or in capitals an environment variable, without
	// which the block is left out.
	needs string
}

// document is one Markdown file.
type document struct {
	path   string
	lines  []string
	blocks []block
}

const fence = "```"

// parse takes a document apart. Its errors are about fences.
func parse(name, text string) (*document, error) {
	d := &document{path: name, lines: strings.Split(text, "\n")}
	var wrong []error
	for i := 0; i < len(d.lines); i++ {
		info, ok := strings.CutPrefix(d.lines[i], fence)
		if !ok {
			continue
		}
		length := slices.Index(d.lines[i+1:], fence)
		if length < 0 {
			return nil, fmt.Errorf("%s:%d: the block has no end", name, i+1)
		}
		b := block{where: fmt.Sprintf("%s:%d", name, i+1)}
		b.text = strings.Join(d.lines[i+1:i+1+length], "\n") + "\n"
		means, err := b.read(strings.Fields(info))
		switch {
		case err != nil:
			wrong = append(wrong, fmt.Errorf("%s: %w", b.where, err))
		case means && b.kind == file && !strings.Contains(strings.Join(d.lines[:i], "\n"), path.Base(b.name)):
			wrong = append(wrong, fmt.Errorf("%s: the text before it does not tell the reader to write %s", b.where, b.name))
		case means:
			d.blocks = append(d.blocks, b)
		}
		i += length + 1
	}
	return d, errors.Join(wrong...)
}

// read understands the words of a fence, and reports whether the block means
// anything here.
func (b *block) read(words []string) (bool, error) {
	if len(words) == 0 {
		return false, errors.New("the block does not say what it is, such as sh, text, yaml or go")
	}
	language, words := words[0], words[1:]
	switch language {
	case "bash", "shell", "console":
		return false, errors.New("commands are sh blocks, so that they are tried")
	case "sh":
		b.kind = command
	case "text":
		b.kind = output
	default:
		b.kind = file
	}
	for _, word := range words {
		if err := b.readWord(word); err != nil {
			return false, err
		}
	}
	return b.kind == command || len(words) > 0, nil
}

func (b *block) readWord(word string) (err error) {
	name, value, hasValue := strings.Cut(word, "=")
	switch {
	case b.kind == command && name == "fails":
		b.fails = true
		if hasValue {
			b.status, err = strconv.Atoi(value)
		}
	case b.kind == command && name == "background":
		b.kind, b.port = background, usualPort
		if hasValue {
			b.port, err = strconv.Atoi(value)
		}
	case b.kind == output && word == "output":
	case (b.kind == command || b.kind == background) && name == "needs" && value != "":
		b.needs = value
	case b.kind != command && name == "file" && value != "":
		b.kind, b.name = file, value
	default:
		return fmt.Errorf("unknown word %q", word)
	}
	return err
}
