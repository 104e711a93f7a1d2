package e2e

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/bothost/bothost/sdk"
	"github.com/bothost/bothost/sdk/llm"
)

// strictName is a plugin that this test binary is under its name. What follows the
// program's end in its file says how strict it is.
const strictName = "llm-strict"

// strict answers with the word that it is configured with.
type strict struct{ word string }

// lenient takes any word; demanding wants a key that lenient does not know, and
// sullen takes the same configuration and does not open.
type (
	lenientConfig struct {
		Word string `json:"word,omitempty"`
	}
	demandingConfig struct {
		Word  string `json:"word,omitempty"`
		Token string `json:"token" jsonschema:"required"`
	}
	noOptions struct{}
)

// Chat implements llm.Provider.
func (s strict) Chat(_ context.Context, _ llm.Request[noOptions], emit func(string) error) (llm.Result, error) {
	return llm.Result{Model: "strict", FinishReason: "stop"}, emit(s.word)
}

// serveStrict is what the plugin does; it does not return.
func serveStrict() {
	path, err := os.Executable()
	if err != nil {
		panic(err)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		panic(err)
	}
	switch {
	case bytes.HasSuffix(content, []byte("demanding")):
		sdk.ServeLLM(strictName, "2", func(_ context.Context, c demandingConfig, _ sdk.Settings) (strict, error) {
			return strict{c.Word + c.Token}, nil
		})
	case bytes.HasSuffix(content, []byte("sullen")):
		sdk.ServeLLM(strictName, "3", func(context.Context, lenientConfig, sdk.Settings) (strict, error) {
			return strict{}, fmt.Errorf("not today")
		})
	case bytes.HasSuffix(content, []byte("louder")):
		sdk.ServeLLM(strictName, "4", func(_ context.Context, c lenientConfig, _ sdk.Settings) (strict, error) {
			return strict{strings.ToUpper(c.Word)}, nil
		})
	default:
		sdk.ServeLLM(strictName, "1", func(_ context.Context, c lenientConfig, _ sdk.Settings) (strict, error) {
			return strict{c.Word}, nil
		})
	}
}

// TestReplacementThatDoesNotFitIsRefused replaces a provider by versions that do
// not take what a file's tenant, or a registered one, has configured.
func TestReplacementThatDoesNotFitIsRefused(t *testing.T) {
	t.Parallel()
	for name, values := range map[string]object{
		"tenant of a file":  {"tenants": object{"a": object{"llm": object{"provider": "strict", "word": "yes"}}}},
		"registered tenant": {},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := newPluginDir(t, "llm-echo", "memory-buffer", "store-sqlite")
			self, err := os.Executable()
			dir.check(err)
			program, err := os.ReadFile(self)
			dir.check(err)
			put := func(version string) { dir.put(strictName, append(bytes.Clone(program), version...)) }
			put("")
			values["plugin_dir"] = dir.path
			s := newSite(t, values)
			if values["tenants"] == nil {
				s.api().register("a", object{"llm": object{"provider": "strict", "word": "yes"}})
			}
			hears := func(want string) {
				t.Helper()
				if reply := s.api().hears("a", "c", "Well?"); reply != want {
					t.Errorf("the reply is %q", reply)
				}
			}
			hears("yes")
			serving, pid := s.plugin(strictName)["serving"], s.plugin(strictName)["pid"]
			for version, reason := range map[string]string{"demanding": "token", "sullen": "not today"} {
				put(version)
				refused := s.becomes(strictName, "refused", reason)
				if refused["serving"] != serving || refused["pid"] != pid || !strings.Contains(refused["reason"].(string), "stays in service") {
					t.Errorf("it is %v", refused)
				}
				hears("yes")
			}
			put("louder")
			s.changes(strictName, func(now object) bool { return now["state"] == "running" && now["version"] == "4" })
			hears("YES")
			if answer := s.api().call(http.MethodGet, "/readyz", nil); answer.status != http.StatusOK {
				t.Errorf("%d %s", answer.status, answer.raw)
			}
		})
	}
}

// isStrict reports whether this process is to be the plugin.
func isStrict() bool { return filepath.Base(os.Args[0]) == strictName }
