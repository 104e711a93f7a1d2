package ollamatest

import (
	"bytes"
	"context"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync"
)

// listening finds the address in the line that tells it.
func listening() *regexp.Regexp { return regexp.MustCompile(`Listening on (\S+)`) }

// prompted finds the prompt in the line that tells what the model is to see.
func prompted() *regexp.Regexp {
	return regexp.MustCompile(`(?m)level=TRACE .*msg="completion request" prompt=(.*)$`)
}

// tailSize is how much of the log is shown of a test that failed.
const tailSize = 16 << 10

// log is the server's output so far.
type log struct {
	mu      sync.Mutex
	text    bytes.Buffer
	changed chan struct{}
}

func newLog() *log { return &log{changed: make(chan struct{})} }

// Write implements io.Writer.
func (l *log) Write(output []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	close(l.changed)
	l.changed = make(chan struct{})
	return l.text.Write(output)
}

// String gives all of it.
func (l *log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

func (l *log) tail() string {
	text := l.String()
	return text[max(0, len(text)-tailSize):]
}

// await waits until the pattern is found in the log and gives its group.
func (l *log) await(ctx context.Context, pattern *regexp.Regexp) (string, error) {
	for {
		l.mu.Lock()
		found, changed := pattern.FindSubmatch(l.text.Bytes()), l.changed
		var group string
		if found != nil {
			group = string(found[1])
		}
		l.mu.Unlock()
		if found != nil {
			return group, nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return "", fmt.Errorf("%s was not said: %w", pattern, ctx.Err())
		}
	}
}

// prompts are all prompts that models were given.
func (l *log) prompts() ([]string, error) {
	var prompts []string
	for _, found := range prompted().FindAllStringSubmatch(l.String(), -1) {
		prompt := found[1]
		if strings.HasPrefix(prompt, `"`) {
			unquoted, err := strconv.Unquote(prompt)
			if err != nil {
				return nil, fmt.Errorf("read the prompt %s in the log: %w", prompt, err)
			}
			prompt = unquoted
		}
		prompts = append(prompts, prompt)
	}
	return prompts, nil
}
