package main

import (
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
)

// usualPort is where documented hosts listen.
const usualPort = 8080

// prelude is what the generated code below uses. $1 is a port, $2 a process.
const prelude = `set -eu
doc_await() {
	doc_tries=0
	until curl -fs -o /dev/null "http://127.0.0.1:$1/readyz"; do
		kill -0 "$2" 2>/dev/null || { echo "doccheck: the host has ended"; exit 1; }
		doc_tries=$((doc_tries + 1))
		[ "$doc_tries" -lt 300 ] || { echo "doccheck: the host is not ready after 30 s"; exit 1; }
		sleep 0.1
	done
}
doc_stop() {
	[ -z "$2" ] || ! kill "$2" 2>/dev/null || wait "$2" || true
}
`

// script is what runs a document's blocks. Block N prints to OUT/N, and finds
// what it writes in FILES/N.
func script(d *document, out, files string) string {
	var s strings.Builder
	s.WriteString(prelude)
	ports := d.ports()
	for _, port := range ports {
		fmt.Fprintf(&s, "doc_%d=\n", port)
	}
	s.WriteString("doc_end() {\n\t:\n")
	for _, port := range ports {
		fmt.Fprintf(&s, "\tdoc_stop %d \"$doc_%d\"\n", port, port)
	}
	s.WriteString("}\ntrap doc_end EXIT\n")
	for i, b := range d.blocks {
		if b.kind == output || b.leftOut() {
			continue
		}
		fmt.Fprintf(&s, "\n# %s\nexec >%s/%d 2>&1\n", b.where, out, i)
		b.write(&s, fmt.Sprintf("%s/%d", files, i))
	}
	return s.String()
}

// ports are those of the document's hosts.
func (d *document) ports() []int {
	var ports []int
	for _, b := range d.blocks {
		if b.kind == background && !slices.Contains(ports, b.port) {
			ports = append(ports, b.port)
		}
	}
	return ports
}

// write adds what runs one block.
func (b block) write(s *strings.Builder, file string) {
	text := withoutMake(b.text)
	switch {
	case b.kind == background:
		fmt.Fprintf(s, "doc_stop %d \"$doc_%d\"\n%s &\ndoc_%d=$!\ndoc_await %d \"$doc_%d\"\n",
			b.port, b.port, strings.TrimSpace(text), b.port, b.port, b.port)
	case b.name != "":
		fmt.Fprintf(s, "mkdir -p \"$(dirname '%s')\"\ncp %s '%s'\n", b.name, file, b.name)
	case b.fails:
		fmt.Fprintf(s, "set +e\n(\nset -e\n%s)\ndoc_status=$?\nset -e\n", text)
		wanted := "-ne 0"
		if b.status != 0 {
			wanted = fmt.Sprintf("-eq %d", b.status)
		}
		fmt.Fprintf(s, "[ \"$doc_status\" %s ] || { echo \"doccheck: it ended with status $doc_status\"; exit 1; }\n", wanted)
	default:
		s.WriteString(text)
	}
}

// leftOut reports whether something is missing that the block needs.
func (b block) leftOut() bool {
	if b.needs == strings.ToUpper(b.needs) {
		return b.needs != "" && os.Getenv(b.needs) == ""
	}
	_, err := exec.LookPath(b.needs)
	return err != nil
}
