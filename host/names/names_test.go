package names_test

import (
	"strings"
	"testing"

	"github.com/bothost/bothost/host/names"
)

func TestWrong(t *testing.T) {
	t.Parallel()
	for name, valid := range map[string]bool{
		"a": true, "client-a": true, "Ann's 2nd ☎": true, "a/b": true, "..": true, " ": true, "%2F": true,
		"日本": true, "\u00a0": true, "👩\u200d🚀": true, "می\u200cخواهم": true,
		strings.Repeat("x", names.MaxBytes): true, strings.Repeat("é", names.MaxBytes/2): true,
		"": false, strings.Repeat("x", names.MaxBytes+1): false, strings.Repeat("é", names.MaxBytes/2+1): false,
		"a\nb": false, "\x00": false, "\x7f": false, "\u0085": false, "\xff": false, "a\xc3": false,
	} {
		if wrong := names.Wrong(name); (wrong == "") != valid {
			t.Errorf("%q: got %q", name, wrong)
		}
	}
}
