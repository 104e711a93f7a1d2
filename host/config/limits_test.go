package config_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bothost/bothost/host/config"
)

func TestLimitsOfPlugins(t *testing.T) {
	t.Parallel()
	given := options(t, `
plugins:
  "*": {calls: 64, memory: 256MiB, log_lines: 100}
  llm-ollama: {calls: 8, message: 1048576}
  llm-of-tomorrow: {memory: 1GiB}`)
	given.Environ = []string{"BOTHOST__PLUGINS__STORE-SQLITE__LOG_LINES=7", "BOTHOST__PLUGINS__STORE-SQLITE__MESSAGE=8MiB"}
	settings := load(t, given).Settings()
	for plugin, want := range map[string]config.PluginLimits{
		"memory-buffer":   {Calls: 64, Memory: 256 << 20, LogLines: 100},
		"llm-ollama":      {Calls: 8, Message: 1 << 20, Memory: 256 << 20, LogLines: 100},
		"llm-of-tomorrow": {Calls: 64, Memory: 1 << 30, LogLines: 100},
		"store-sqlite":    {Calls: 64, Message: 8 << 20, Memory: 256 << 20, LogLines: 7},
	} {
		if diff := cmp.Diff(want, settings.Limits(plugin)); diff != "" {
			t.Errorf("%s: %s", plugin, diff)
		}
	}
	if got := load(t, config.LoadOptions{}).Settings().Limits("llm-ollama"); got != (config.PluginLimits{}) {
		t.Errorf("without any: %+v", got)
	}
}

func TestLimitsThatAreRefused(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ yaml, want string }{
		"no kind":             {"plugins: {ollama: {calls: 1}}", `plugins.ollama: is no plugin's name: want one like llm-ollama`},
		"no name":             {"plugins: {llm-: {calls: 1}}", "plugins.llm-: is no plugin's name"},
		"misspelled kind":     {"plugins: {lm-ollama: {calls: 1}}", "plugins.lm-ollama: is no plugin's name"},
		"capital letters":     {"plugins: {llm-Ollama: {calls: 1}}", "plugins.llm-Ollama: is no plugin's name"},
		"unknown key":         {"plugins: {llm-ollama: {cals: 1}}", `plugins.llm-ollama.cals: unknown key; did you mean "calls"?`},
		"unknown key for all": {`plugins: {"*": {cpu: 1}}`, "plugins.*.cpu: unknown key"},
		"no calls":            {"plugins: {llm-ollama: {calls: 0}}", "plugins.llm-ollama.calls: want at least 1, got 0"},
		"no lines":            {"plugins: {llm-ollama: {log_lines: 0}}", "plugins.llm-ollama.log_lines: want at least 1, got 0"},
		"unit":                {"plugins: {llm-ollama: {message: 8MB}}", "plugins.llm-ollama.message: want a size like 64MiB, or a number of bytes"},
		"fraction":            {"plugins: {llm-ollama: {message: 1.5}}", "plugins.llm-ollama.message: want"},
		"negative":            {"plugins: {llm-ollama: {memory: -1}}", "plugins.llm-ollama.memory: want at least"},
		"large message":       {"plugins: {llm-ollama: {message: 65MiB}}", "plugins.llm-ollama.message: want 64KiB to 64MiB"},
		"small message":       {"plugins: {llm-ollama: {message: 0}}", "plugins.llm-ollama.message: want 64KiB to 64MiB"},
		"small memory":        {"plugins: {llm-ollama: {memory: 1MiB}}", "plugins.llm-ollama.memory: want at least 16MiB"},
		"out of range":        {"plugins: {llm-ollama: {memory: 9999999999GiB}}", "plugins.llm-ollama.memory: want a size"},
		"no map":              {"plugins: {llm-ollama: 5}", "plugins.llm-ollama: want a map of keys"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := config.Load(options(t, test.yaml))
			refused(t, err, test.want, "(file bothost.yaml)")
		})
	}
}
