package main

import (
	"os/exec"
	"strings"
	"testing"
)

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, text, want string }{
		{"a fence without a language", "```\nx\n```\n", "does not say what it is"},
		{"commands that are not tried", "```bash\nx\n```\n", "sh blocks"},
		{"an unknown word", "```sh quickly\nx\n```\n", `unknown word "quickly"`},
		{"a block without an end", "```sh\nx\n", "has no end"},
		{"a file that the reader is not told of", "Write this:\n```yaml file=a.yaml\nx: 1\n```\n", "does not tell the reader"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if _, err := parse("x.md", test.text); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want an error with %q", err, test.want)
			}
		})
	}
}

func TestFits(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		documented, line string
		want             bool
	}{
		{"all", "all", true},
		{"all", "all of it", false},
		{"turn ... of ...", "turn 3 of 4", true},
		{"turn ... of 5", "turn 3 of 4", false},
		{"...end", "the end", true},
		{"a...a", "a", false},
	} {
		if got := fits(test.documented, test.line); got != test.want {
			t.Errorf("%q, %q: got %v", test.documented, test.line, got)
		}
	}
}

func TestCompareKeepsTheOrder(t *testing.T) {
	t.Parallel()
	if err := compare("a\n...\nc\n", "a\nb\nc\n"); err != nil {
		t.Error(err)
	}
	if err := compare("c\na\n", "a\nb\nc\n"); err == nil {
		t.Error("lines in another order passed")
	}
}

// TestScript runs what is generated.
func TestScript(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, text string
		ok         bool
	}{
		{"one shell", "```sh\na=1\n```\n\n```sh\ntest \"$a\" = 1\n```\n", true},
		{"a failure", "```sh\nfalse\ntrue\n```\n", false},
		{"a failure as said", "```sh fails=3\nsh -c 'exit 3'\n```\n", true},
		{"another failure than said", "```sh fails=3\nfalse\n```\n", false},
		{"no failure", "```sh fails\ntrue\n```\n", false},
		{"a target of make", "```sh\nmake check\n```\n", true},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			d, err := parse("x.md", test.text)
			if err != nil {
				t.Fatal(err)
			}
			command := exec.CommandContext(t.Context(), "sh")
			command.Stdin = strings.NewReader(script(d, t.TempDir(), t.TempDir()))
			if err := command.Run(); (err == nil) != test.ok {
				t.Errorf("got %v", err)
			}
		})
	}
}
