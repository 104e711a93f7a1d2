package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/bothost/bothost/host"
	"github.com/bothost/bothost/host/config"
	"github.com/bothost/bothost/sdk/plugintest"
)

func (a *app) pluginCheckCommand() *cobra.Command {
	var configFile string
	command := leaf("check FILE [--config FILE]", "Check a finished plugin: its process, and the conformance suite",
		func(ctx context.Context, args []string) error { return a.checkPlugin(ctx, args[0], configFile) })
	command.Long = `Check a finished plugin, in whatever language it was written. The file is treated as
in a plugin directory: its name must be <kind>-<name>, and it must describe itself as
the contract wants it. Then its process is started, stopped, killed and let go of, and
the conformance suite of its kind is run.

--config names a file with the section to test with: what a bot's configuration
says under llm, memory or conversation_storage. A store is filled with data of
its own making: give it a database that may be thrown away.`
	command.Example = `  bothost plugin check ./bin/plugins/llm-echo
  bothost plugin check ./store-acme --config test-database.yaml`
	command.Flags().StringVar(&configFile, "config", "", "`FILE` with the configuration section to test with")
	return command
}

// checkResult is the outcome of one case, for programs.
type checkResult struct {
	Case         string   `json:"case"`
	Passed       bool     `json:"passed"`
	Skipped      bool     `json:"skipped,omitempty"`
	Milliseconds int64    `json:"milliseconds"`
	Log          []string `json:"log,omitempty"`
}

func (a *app) checkPlugin(ctx context.Context, file, configFile string) error {
	check := host.PluginCheck{File: file, Environ: a.environ, Logger: a.quietLogger()}
	if configFile != "" {
		section, err := config.ReadDocument(configFile)
		if err != nil {
			return fmt.Errorf("%s: %w", configFile, err)
		}
		check.Section, check.Source = section, "file "+configFile
	}
	var results []checkResult
	err := host.CheckPlugin(ctx, check, func(outcome plugintest.Outcome) {
		results = append(results, checkResult{
			outcome.Case, outcome.Passed, outcome.Skipped, outcome.Took.Milliseconds(), outcome.Log,
		})
		if !a.json {
			printOutcome(a.stdout, outcome)
		}
	})
	if err != nil {
		return explainCheck(err)
	}
	return a.sumUp(results)
}

func (a *app) sumUp(results []checkResult) error {
	failed, skipped := 0, 0
	for _, result := range results {
		if !result.Passed {
			failed++
		}
		if result.Skipped {
			skipped++
		}
	}
	err := a.show(items(results), func(w io.Writer) {
		fmt.Fprintf(w, "\n%d of %d cases passed", len(results)-failed-skipped, len(results))
		if skipped > 0 {
			fmt.Fprintf(w, ", %d do not apply", skipped)
		}
		fmt.Fprintln(w)
	})
	if err == nil && failed > 0 {
		err = errReported
	}
	return err
}

// explainCheck says where the configuration of a check comes from.
func explainCheck(err error) error {
	if _, ok := errors.AsType[config.Problems](err); ok {
		return withHint(err, "--config FILE with the section to test with; bothost plugin describe lists the keys of installed plugins")
	}
	return err
}

func printOutcome(w io.Writer, outcome plugintest.Outcome) {
	verdict := "ok    "
	switch {
	case !outcome.Passed:
		verdict = "FAILED"
	case outcome.Skipped:
		verdict = "skip  "
	}
	fmt.Fprintf(w, "%s  %s (%v)\n", verdict, outcome.Case, outcome.Took.Round(time.Millisecond))
	if verdict == "ok    " {
		return
	}
	for _, line := range outcome.Log {
		fmt.Fprintf(w, "        %s\n", strings.ReplaceAll(line, "\n", "\n        "))
	}
}
