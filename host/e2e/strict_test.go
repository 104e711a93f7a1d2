package e2e

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"

	"github.com/bothost/bothost/sdk"
	"github.com/bothost/bothost/sdk/llm"
)

// strictName is a plugin that this test binary is under its name. What follows the
// program's end in its file says which version it is.
const strictName = "llm-strict"

// strict answers with the word that it is configured with, and demanding wants an
// option besides.
type (
	strict       struct{ word string }
	demanding    struct{ strict }
	strictConfig struct {
		Word string `json:"word,omitempty"`
	}
	noOptions    struct{}
	tokenOptions struct {
		Token string `json:"token" jsonschema:"required"`
	}
)

// Chat implements llm.Provider.
func (s strict) Chat(_ context.Context, _ llm.Request[noOptions], emit func(string) error) (llm.Result, error) {
	return llm.Result{Model: "strict", FinishReason: "stop"}, emit(s.word)
}

// Chat implements llm.Provider.
func (d demanding) Chat(ctx context.Context, _ llm.Request[tokenOptions], emit func(string) error) (llm.Result, error) {
	return d.strict.Chat(ctx, llm.Request[noOptions]{}, emit)
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
	open := func(_ context.Context, c strictConfig, _ sdk.Settings) (strict, error) { return strict{c.Word}, nil }
	switch {
	case bytes.HasSuffix(content, []byte("demanding")):
		sdk.ServeLLM(strictName, "2", func(_ context.Context, c strictConfig, _ sdk.Settings) (demanding, error) {
			return demanding{strict{c.Word}}, nil
		})
	case bytes.HasSuffix(content, []byte("sullen")):
		sdk.ServeLLM(strictName, "3", func(context.Context, strictConfig, sdk.Settings) (strict, error) {
			return strict{}, errors.New("not today")
		})
	case bytes.HasSuffix(content, []byte("other")):
		sdk.ServeLLM(strictName, "4", open)
	default:
		sdk.ServeLLM(strictName, "1", open)
	}
}

// isStrict reports whether this process is to be the plugin.
func isStrict() bool { return filepath.Base(os.Args[0]) == strictName }

// strictVersions gives what puts a version of the plugin into a directory.
func strictVersions(dir pluginDir) func(version string) {
	dir.t.Helper()
	self, err := os.Executable()
	dir.check(err)
	program, err := os.ReadFile(self)
	dir.check(err)
	return func(version string) { dir.put(strictName, append(bytes.Clone(program), version...)) }
}
