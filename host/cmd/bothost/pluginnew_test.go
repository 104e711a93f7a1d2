package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
)

func TestPluginNew(t *testing.T) {
	t.Parallel()
	checkout, err := filepath.Abs("../../..")
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "made")
	create := command{args: []string{"plugin", "new", "memory", "acme", "--dir", dir}}
	create.run(t).want(t, exitFailed, "not a released version",
		"Try: bothost plugin new memory acme --sdk PATH, with the folder of a checkout")
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Fatalf("it left something behind: %v", err)
	}
	create.args = append(create.args, "--sdk", checkout)
	create.run(t).want(t, exitDone, "memory-acme is in "+dir, "cd ", "\n  make\n", "bothost plugin check bin/memory-acme")
	create.run(t).want(t, exitFailed, dir+" is not empty")

	created := command{args: []string{"plugin", "new", "llm", "acme", "--sdk", checkout, "--module", "example.com/llm-acme", "--json"}}
	created.args = append(created.args, "--dir", t.TempDir())
	var made struct {
		Plugin, Dir string
		Next        []string
	}
	if err := json.Unmarshal([]byte(created.run(t).want(t, exitDone).stdout), &made); err != nil {
		t.Fatal(err)
	}
	if made.Plugin != "llm-acme" || made.Dir == "" || len(made.Next) != 3 {
		t.Errorf("got %+v", made)
	}
}

func TestPluginNewUsage(t *testing.T) {
	t.Parallel()
	for says, args := range map[string][]string{
		"NAME is missing":                   {"llm"},
		`"tool" is no kind of plugin`:       {"tool", "acme"},
		`"Acme" cannot name a plugin`:       {"llm", "Acme"},
		`"not a path" cannot name a module`: {"llm", "acme", "--module", "not a path"},
		`"more" is one argument too many`:   {"llm", "acme", "more"},
		"unknown flag: --language":          {"llm", "acme", "--language", "rust"},
		"flag needs an argument: --sdk":     {"llm", "acme", "--sdk"},
	} {
		t.Run(says, func(t *testing.T) {
			t.Parallel()
			command{args: append([]string{"plugin", "new"}, args...)}.run(t).want(t, exitUsage, says, "Try: bothost plugin new --help")
		})
	}
}
