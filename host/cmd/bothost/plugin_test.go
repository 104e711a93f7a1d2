package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/bothost/bothost/sdk/plugin/handshake"
)

// ownPlugins copies plugins into a directory that a test may change.
func ownPlugins(t *testing.T, names ...string) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range names {
		content, err := os.ReadFile(filepath.Join(plugins(t), name))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestPluginListAndPin(t *testing.T) {
	t.Parallel()
	dir := ownPlugins(t, "llm-echo", "memory-buffer")
	for name, content := range map[string]string{"README": "no plugin", "store-broken": "#!/bin/sh\nexit 3\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	list := command{args: []string{"plugin", "list", "--plugin-dir", dir}}
	list.run(t).want(t, exitDone, "llm-echo", "idle", "store-broken is refused: ", "README is ignored: ")
	pin := command{args: []string{"plugin", "pin", "--plugin-dir", dir}}
	pin.run(t).want(t, exitDone, "approves: llm-echo, memory-buffer, store-broken")

	if err := os.WriteFile(filepath.Join(dir, "memory-buffer"), []byte("another"), 0o700); err != nil {
		t.Fatal(err)
	}
	list.run(t).want(t, exitDone, "memory-buffer is refused: plugins.lock does not name its checksum", "bothost plugin pin")
	var listed struct {
		Items []struct {
			Plugin, State string
			Pinned        bool
		}
	}
	list.args = append(list.args, "--json")
	if err := json.Unmarshal([]byte(list.run(t).want(t, exitDone).stdout), &listed); err != nil {
		t.Fatal(err)
	}
	states := map[string]string{}
	for _, plugin := range listed.Items {
		states[plugin.Plugin] = plugin.State
	}
	if states["llm-echo"] != "idle" || states["memory-buffer"] != "refused" || states["README"] != "ignored" {
		t.Errorf("got %v", states)
	}
}

func TestPluginDescribe(t *testing.T) {
	t.Parallel()
	dir := plugins(t)
	describe := func(args ...string) outcome {
		return command{args: append([]string{"plugin", "describe", "--plugin-dir", dir}, args...)}.run(t)
	}
	describe("llm-ollama").want(t, exitDone, "KEY", "base_url", "Required. Model to speak with", "list of string")
	describe("llm-echo").want(t, exitDone, "error|upstream", ", for plugin contract "+handshake.Version(handshake.ContractMinor))
	describe("memory-buffer").want(t, exitDone, "max_messages  integer  10")
	describe("llm-olama").want(t, exitFailed, "did you mean llm-ollama?")
	got := describe("memory-buffer", "--json").want(t, exitDone)
	var schema struct{ Type string }
	if err := json.Unmarshal([]byte(got.stdout), &schema); err != nil || schema.Type != "object" {
		t.Errorf("got %v and %+v", err, schema)
	}
}

func TestSchemaForPeople(t *testing.T) {
	t.Parallel()
	var root schemaNode
	const text = `{"properties": {
		"b": {"type": "object", "required": ["y"], "properties": {"y": {"type": "string", "x-secret": true, "description": "Why."}}},
		"a": {"type": "array", "items": {"type": "string", "enum": ["p", "q"]}, "default": ["p"]},
		"c": {"anyOf": [{"type": "integer"}, {"type": "null"}]},
		"d": {},
		"e": {"type": ["string", "number"], "default": ""}}}`
	if err := json.Unmarshal([]byte(text), &root); err != nil {
		t.Fatal(err)
	}
	got, err := json.Marshal(root.rows(""))
	if err != nil {
		t.Fatal(err)
	}
	const want = `[["a","list of p|q","[\"p\"]",""],["b.y","string","-","Secret. Required. Why."],` +
		`["c","integer|null","-",""],["d","any","-",""],["e","string|number","-",""]]`
	if string(got) != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestPluginCheck(t *testing.T) {
	t.Parallel()
	dir := plugins(t)
	folder := folder{path: t.TempDir()}
	for name, test := range map[string]struct {
		file, section string
		status        int
		texts         []string
	}{
		"a memory":             {"memory-buffer", "", exitDone, []string{"ok ", "cases passed"}},
		"a store":              {"store-memory", "", exitDone, []string{"ok ", "cases passed"}},
		"a provider":           {"llm-echo", `{provider: echo, chunks: 20, chunk_delay: 10ms, model: "${env:PARROT}"}`, exitDone, []string{"cases passed"}},
		"one that fails":       {"llm-echo", "{fail: error}", exitFailed, []string{"FAILED", "told to fail", "cases passed"}},
		"an unknown key":       {"llm-echo", "{modle: x}", exitFailed, []string{"bot.llm.modle: unknown key", "--config FILE"}},
		"an unknown reference": {"llm-echo", `{model: "${env:NOT_SET_ANYWHERE}"}`, exitFailed, []string{"NOT_SET_ANYWHERE"}},
		"no section":           {"llm-ollama", "", exitFailed, []string{"llm.model: is required", "--config FILE"}},
		"no file":              {"llm-none", "", exitFailed, []string{"no such file"}},
		"no program":           {folder.file(t, "llm-text", "no program"), "", exitFailed, []string{"chmod +x"}},
		"no plugin's name":     {folder.file(t, "plain", "{}"), "", exitFailed, []string{"its name is not <kind>-<name>"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if !filepath.IsAbs(test.file) {
				test.file = filepath.Join(dir, test.file)
			}
			args := []string{"plugin", "check", test.file}
			if test.section != "" {
				args = append(args, "--config", folder.file(t, strings.ReplaceAll(name, " ", "-")+".yaml", test.section))
			}
			check := command{args: args, environ: []string{"PARROT=parrot", "BOTHOST__LISTEN=nowhere"}}
			check.run(t).want(t, test.status, test.texts...)
		})
	}
}

func TestPluginCheckForPrograms(t *testing.T) {
	t.Parallel()
	var results struct {
		Items []struct {
			Case   string
			Passed bool
		}
	}
	check := command{args: []string{"plugin", "check", filepath.Join(plugins(t), "memory-buffer"), "--json"}}
	if err := json.Unmarshal([]byte(check.run(t).want(t, exitDone).stdout), &results); err != nil {
		t.Fatal(err)
	}
	if len(results.Items) == 0 || !results.Items[0].Passed {
		t.Errorf("got %+v", results)
	}
}

func TestPluginRollback(t *testing.T) {
	t.Parallel()
	dir := ownPlugins(t, "llm-echo")
	rollback := func(args ...string) outcome {
		return command{args: append([]string{"plugin", "rollback", "--plugin-dir", dir}, args...), environ: []string{"BOTHOST__DATA_DIR=" + t.TempDir()}}.run(t)
	}
	rollback("llm-echo").want(t, exitFailed, "go back from llm-echo: no earlier content of it is kept in ")
	rollback("../llm-echo").want(t, exitFailed, "no plugin's name")
	rollback().want(t, exitUsage, "NAME is missing")
}
