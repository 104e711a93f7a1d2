package plugincheck_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bothost/bothost/host"
	"github.com/bothost/bothost/host/internal/fakeplugin"
	"github.com/bothost/bothost/sdk/plugintest"
)

// patience is for plugins that say nothing.
func patience(plugin string) time.Duration {
	if slices.Contains([]string{stalling, frozen, single}, plugin) {
		return 5 * time.Second
	}
	return 0
}

// check does what bothost plugin check does. It gives the cases that failed, and
// all that an author is told of it.
func check(t *testing.T, plugin string) (failed []string, told string) {
	t.Helper()
	file := fakeplugin.Link(t, t.TempDir(), plugin)
	err := host.CheckPlugin(t.Context(), host.PluginCheck{File: file, Patience: patience(plugin)}, func(outcome plugintest.Outcome) {
		if !outcome.Passed {
			failed = append(failed, outcome.Case)
			told += strings.Join(outcome.Log, "\n") + "\n"
		}
	})
	if err != nil {
		told += err.Error()
	}
	return failed, told
}

func TestHonestPluginPasses(t *testing.T) {
	t.Parallel()
	if failed, told := check(t, honest); told != "" {
		t.Errorf("%q failed: %s", failed, told)
	}
}

// TestWrongProcess has plugins that are wrong as a process: exactly the case that
// is there for it fails, or nothing can be checked at all.
func TestWrongProcess(t *testing.T) {
	t.Parallel()
	const first = "it starts, opens an instance and survives a call"
	for plugin, test := range map[string]struct {
		failed []string
		told   string
	}{
		turncoat: {nil, "it says that its kind is KIND_STORE, and the file's name that it is KIND_LLM"},
		silent:   {nil, "it did not answer within"},
		noisy:    {nil, `it printed Welcome to my plugin! on standard output, where only the handshake may stand`},
		slow:     {[]string{first}, "hosts wait for 10s in all"},
		flatterer: {
			[]string{"a host of another version is told which it speaks"},
			"with PLUGIN_PROTOCOL_VERSIONS=2, a version that it cannot speak, it has to start and announce that it speaks 1",
		},
		stalling:  {[]string{first}, "it did not answer Open within 5s; hosts wait for 30s"},
		frozen:    {[]string{first}, "a call had no answer within 5s, neither a word nor an error"},
		single:    {[]string{"who listens slowly keeps nobody waiting"}, "a call must not hold a lock while it emits"},
		fragile:   {[]string{first}, "open: the process ended (exit status 5); the last that it printed:\nno such table: models"},
		brittle:   {[]string{first}, "call: the process ended (exit status 2); the last that it printed:\nindex out of range"},
		chatty:    {[]string{"standard output has the handshake alone"}, "somebody speaks with me"},
		unasked:   {[]string{"a person who starts it is told what it is"}, "it should say what it is, and end"},
		mortal:    {[]string{"it ignores SIGTERM"}, "the process ended (signal: terminated)"},
		orphan:    {[]string{"it ends with its standard input", "it ends with the stream of Attach"}, "would leave it behind for ever"},
		small:     {[]string{"a message of 64 MiB arrives"}, "gRPC allows 4 MiB unless its server is told otherwise"},
		impatient: {[]string{"it allows keepalive pings"}, "too_many_pings"},
		forgetful: {[]string{"instances are opened and closed apart"}, "must fail with UNAVAILABLE and the reason instance_not_open"},
		deaf:      {[]string{"a cancelled call is over"}, "Chat goes on when nobody listens"},
	} {
		t.Run(plugin, func(t *testing.T) {
			t.Parallel()
			failed, told := check(t, plugin)
			if diff := cmp.Diff(test.failed, failed); diff != "" {
				t.Errorf("failed cases, want and got:\n%s", diff)
			}
			if !strings.Contains(told, test.told) {
				t.Errorf("it is not told that %q, but:\n%s", test.told, told)
			}
		})
	}
}

// TestWrongAnswers has plugins that are right as a process; the conformance suite
// finds what is wrong, by this case among others.
func TestWrongAnswers(t *testing.T) {
	t.Parallel()
	for plugin, test := range map[string]struct{ failed, told string }{
		halving:  {"a first message gets a reply", "invalid UTF-8"},
		mixing:   {"tenants who speak at once get their own replies", "has the word of"},
		huge:     {"a first message gets a reply", "larger than max"},
		gossip:   {"conversations that follow know nothing of each other", "has the word of"},
		abrupt:   {"a first message gets a reply", "the reply ended before it was complete: its last event was not done"},
		trimming: {"text comes back byte for byte", "became"},
	} {
		t.Run(plugin, func(t *testing.T) {
			t.Parallel()
			failed, told := check(t, plugin)
			if !slices.Contains(failed, test.failed) || !strings.Contains(told, test.told) {
				t.Errorf("%q failed, and it is told:\n%s", failed, told)
			}
		})
	}
}
