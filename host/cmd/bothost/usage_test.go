package main

import (
	"encoding/json"
	"runtime"
	"strings"
	"testing"
)

func TestUsage(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		args []string
		says string
	}{
		"nothing":             {nil, "name a command: chat,"},
		"no such command":     {[]string{"serf"}, "did you mean serve?"},
		"nothing like it":     {[]string{"xyzzy"}, "there are: chat,"},
		"a group":             {[]string{"tenant"}, "name a command: activate,"},
		"none of a group":     {[]string{"tenant", "key", "crate", "a"}, "did you mean create?"},
		"no such flag":        {[]string{"serve", "--port", "1"}, "unknown flag: --port"},
		"a flag with nothing": {[]string{"serve", "--listen"}, "flag needs an argument"},
		"too few":             {[]string{"tenant", "put"}, "TENANT and FILE is missing"},
		"one too few":         {[]string{"tenant", "put", "a"}, "FILE is missing"},
		"too many":            {[]string{"tenant", "get", "a", "b"}, `"b" is one argument too many`},
		"none is wanted":      {[]string{"serve", "now"}, `"now" is one argument too many`},
		"no quotes":           {[]string{"chat", "--tenant", "a", "Hello", "you"}, `needs quotes: "Hello you"`},
		"no tenant":           {[]string{"chat", "Hello"}, "--tenant TENANT"},
		"no tenant, no key":   {[]string{"chat", "--url", usualURL, "Hello"}, "--tenant TENANT"},
		"no message":          {[]string{"chat", "--tenant", "a"}, "no message on standard input"},
		"no address":          {[]string{"tenant", "list", "--url", "localhost:8080"}, "want one like http://"},
		"another protocol":    {[]string{"tenant", "list", "--url", "ftp://localhost"}, "want one like http://"},
		"not a number":        {[]string{"tenant", "put", "a", "b", "--if-match", "x"}, "if-match"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := command{args: test.args}.run(t).want(t, exitUsage, test.says, "Try: bothost", "--help")
			if got.stdout != "" {
				t.Errorf("a mistake was told on standard output: %s", got.stdout)
			}
		})
	}
}

func TestHelpOfEveryCommand(t *testing.T) {
	t.Parallel()
	a := &app{}
	var visit func(path []string)
	visit = func(path []string) {
		got := command{args: append(path, "--help")}.run(t).want(t, exitDone, "Usage:", "Examples:")
		if got.stderr != "" {
			t.Errorf("%v: help was told on standard error: %s", path, got.stderr)
		}
		found, _, err := a.root().Find(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, below := range found.Commands() {
			visit(append(path[:len(path):len(path)], below.Name()))
		}
	}
	visit(nil)
}

func TestVersion(t *testing.T) {
	t.Parallel()
	command{args: []string{"version"}}.run(t).want(t, exitDone, "bothost ", "plugin contract 1.", ", for plugins of any 1.x", runtime.Version())
	var found map[string]string
	got := command{args: []string{"version", "--json"}}.run(t).want(t, exitDone)
	if err := json.Unmarshal([]byte(got.stdout), &found); err != nil {
		t.Fatal(err)
	}
	if found["go"] != runtime.Version() || !strings.HasPrefix(found["contract"], "1.") || found["version"] == "" {
		t.Errorf("got %v", found)
	}
}

func TestNoHost(t *testing.T) {
	t.Parallel()
	const nowhere = "http://127.0.0.1:1"
	for name, c := range map[string]command{
		"by a flag":            {args: []string{"tenant", "list", "--url", nowhere}},
		"by the environment":   {args: []string{"tenant", "list"}, environ: []string{"BOTHOST_URL=" + nowhere}},
		"the flag counts more": {args: []string{"tenant", "list", "--url", nowhere}, environ: []string{"BOTHOST_URL=http://other"}},
		"chat":                 {args: []string{"chat", "--url", nowhere, "--tenant", "a", "hi"}},
		"plugin list":          {args: []string{"plugin", "list", "--url", nowhere}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c.run(t).want(t, exitFailed, "no host answers at "+nowhere, "Try: start one with: bothost serve")
		})
	}
}

func TestQuoted(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"client-a": "client-a", "": "''", "a b": "'a b'", "it's": `'it'\''s'`, "$HOME": "'$HOME'", "ü": "'ü'",
	} {
		if got := quoted(text); got != want {
			t.Errorf("%q: got %s, want %s", text, got, want)
		}
	}
}
