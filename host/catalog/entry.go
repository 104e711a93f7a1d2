package catalog

import (
	"fmt"
	"slices"
	"strings"

	"github.com/bothost/bothost/host/supervise"
	"github.com/bothost/bothost/sdk/memory"
	"github.com/bothost/bothost/sdk/schema"
)

// State says what became of a file. What a plugin that can be used is doing, the
// supervisor knows.
type State string

const (
	// Idle means that it can be used.
	Idle State = "idle"
	// Refused means that it must not be used, for Entry.Reason.
	Refused State = "refused"
	// Waiting means that it is being written, or was a moment ago.
	Waiting State = "waiting"
	// Ignored means that its name is not that of a plugin.
	Ignored State = "ignored"
)

// Entry is one file of the plugin directory, or a process that is attached to
// instead.
type Entry struct {
	// Plugin is the file's name, <kind>-<name>.
	Plugin string
	// Kind is llm, memory or store; Name is what a configuration says.
	Kind, Name string
	State      State
	// Reason says, for people, why the file is not used.
	Reason string
	// Checksum is that of the content, "sha256:" and hexadecimal digits; empty if
	// the file was not read.
	Checksum string
	// Pinned says that plugins.lock names the checksum.
	Pinned bool

	// Copy is what is run; of a file that is refused it may be an earlier one.
	Copy

	// stamp is that of the file when it was examined.
	stamp stamp
}

// Copy is what is run as a plugin, and what that says of itself.
type Copy struct {
	// Path is where it is; empty if nothing can be run.
	Path string
	// Socket is where the process listens that is attached to instead; empty if
	// there is none.
	Socket string
	// Serving is its checksum.
	Serving string
	Version string
	// Contract is the version of the plugin contract that it was made for,
	// MAJOR.MINOR.
	Contract string
	Schema   *schema.Schema
	// Services are the full names of the gRPC services that it serves.
	Services []string
	// Volatile says that what it holds is lost when its process ends.
	Volatile bool
	// Effects are what a memory plugin may ask the host for.
	Effects []memory.EffectKind
}

// Usable reports whether there is something to run or to attach to.
func (c Copy) Usable() bool { return c.Path != "" || c.Attached() }

// Attached reports whether it is a process that somebody else has started.
func (c Copy) Attached() bool { return c.Socket != "" }

// Serves reports whether the plugin serves a service, by its short name, such as
// "TenantStoreService".
func (c Copy) Serves(service string) bool {
	return slices.Contains(c.Services, contractPackage+service)
}

// Binary is what is run, or attached to.
func (e Entry) Binary() supervise.Binary {
	return supervise.Binary{Plugin: e.Plugin, Path: e.Path, Checksum: e.Serving, Socket: e.Socket}
}

// refuse sets the state and the reason.
func (e *Entry) refuse(format string, args ...any) {
	e.Copy = Copy{}
	e.State, e.Reason = Refused, fmt.Errorf(format, args...).Error()
}

// wait is for a file that may not be whole.
func (e *Entry) wait() {
	e.Checksum, e.Copy = "", Copy{}
	e.State, e.Reason = Waiting, "it is being written, or was a moment ago"
}

// newEntry reads a file's name.
func newEntry(file string) Entry {
	entry := Entry{Plugin: file, State: Idle}
	kind, name, ok := SplitName(file)
	if !ok {
		entry.State = Ignored
		entry.Reason = "its name is not <kind>-<name>, with one of the kinds " + strings.Join(kindNames(), ", ") +
			" and a name of small letters, digits and hyphens"
		return entry
	}
	entry.Kind, entry.Name = kind, name
	return entry
}
