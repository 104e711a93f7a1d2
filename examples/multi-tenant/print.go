package main

import (
	"fmt"
	"strings"
	"sync"
)

func heading(text string) {
	fmt.Printf("\n%s\n%s\n", text, strings.Repeat("=", len(text)))
}

// shorten gives a text's beginning, on one line.
func shorten(text string) string {
	const most = 70
	text = strings.Join(strings.Fields(text), " ")
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most]) + " ..."
	}
	return text
}

// stage lets several speak at the same time: whole lines, each with who says it.
type stage struct{ mu sync.Mutex }

func (s *stage) line(who, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	fmt.Printf("%-22s %s\n", who, text)
}

// speaker prints a text that comes in pieces, a line whenever one is full.
func (s *stage) speaker(who string) *speaker { return &speaker{stage: s, who: who} }

type speaker struct {
	stage *stage
	who   string
	text  string
}

// lineWidth is where a speaker's line is broken.
const lineWidth = 72

func (s *speaker) hear(delta string) error {
	s.text += delta
	for {
		line, rest, found := strings.Cut(s.text, "\n")
		if !found {
			if len(s.text) < lineWidth {
				return nil
			}
			space := strings.LastIndex(s.text, " ")
			if space < 0 {
				return nil
			}
			line, rest = s.text[:space], s.text[space+1:]
		}
		s.stage.line(s.who, line)
		s.text = rest
	}
}

func (s *speaker) end() {
	if s.text != "" {
		s.stage.line(s.who, s.text)
	}
	s.text = ""
}
