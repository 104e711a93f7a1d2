package supervise

import (
	"bufio"
	"errors"
	"io"
	"os"
	"strings"

	"github.com/bothost/bothost/sdk/plugin/handshake"
)

// handshakeLine bounds the line that go-plugin is given to read.
const handshakeLine = 4 << 10

// pumpStderr takes all of standard error.
func (r *processRunner) pumpStderr(pipe *os.File) {
	defer func() { _ = pipe.Close() }()
	lines := r.output.stream("stderr")
	defer lines.close()
	// The copy ends with the pipe, or with its deadline after the exit.
	_, _ = io.Copy(lines, pipe)
}

// pumpStdout gives go-plugin the first line, whatever it is, and nothing more:
// its scanner gives up on long lines, and the process would block.
func (r *processRunner) pumpStdout(pipe *os.File) {
	defer func() { _ = pipe.Close() }()
	lines := r.output.stream("stdout")
	defer lines.close()
	reader := bufio.NewReaderSize(pipe, handshakeLine)
	first, err := reader.ReadSlice('\n')
	if isHandshake(string(first)) {
		r.keepVersion(string(first))
	} else {
		r.keepNoise(string(first))
		_, _ = lines.Write(first)
	}
	_, _ = r.announce.Write(first)
	_ = r.announce.Close()
	if err == nil || errors.Is(err, bufio.ErrBufferFull) {
		_, _ = io.Copy(lines, reader)
	}
}

// isHandshake tells go-plugin's announcement from noise.
func isHandshake(line string) bool {
	return strings.HasPrefix(line, "1|") && strings.Count(line, "|") >= 4
}

// keepVersion remembers whether the handshake's line names a version of the
// contract that this host speaks.
func (r *processRunner) keepVersion(line string) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.foreign = handshake.CheckMajor(strings.Split(line, "|")[1])
}

// keepNoise remembers what stood where the handshake was expected.
func (r *processRunner) keepNoise(line string) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.noise = strings.TrimSpace(line)
}
