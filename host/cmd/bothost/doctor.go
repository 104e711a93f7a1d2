package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/bothost/bothost/host"
	"github.com/bothost/bothost/host/config"
)

func (a *app) doctorCommand() *cobra.Command {
	var l *local
	command := leaf("doctor [--config FILE]...", "Open and check everything, and say what to do about what fails",
		func(ctx context.Context, _ []string) error { return a.doctor(ctx, l) })
	command.Long = `Check the configuration and every file of the plugin directory; then open what the
registry, every tenant's inheritance and the tenants of files name, and ask each
whether it can do its work now. It may run beside a host on the same data.`
	command.Example = "  bothost doctor --config bothost.yaml"
	l = a.localFlags(command)
	l.attachFlag(command)
	return command
}

func (a *app) doctor(ctx context.Context, l *local) error {
	findings, err := a.examine(ctx, l)
	if err != nil {
		return err
	}
	if err := a.show(items(findings), func(w io.Writer) { printFindings(w, findings) }); err != nil {
		return err
	}
	if slices.ContainsFunc(findings, func(f host.Finding) bool { return f.Health == host.Failing }) {
		return errReported
	}
	return nil
}

func (a *app) examine(ctx context.Context, l *local) (_ []host.Finding, err error) {
	c, err := l.load()
	if err != nil {
		return nil, err
	}
	h, err := l.openHost(ctx, c, a.silentLogger())
	if err != nil {
		return a.examineParts(ctx, c, err)
	}
	defer func() { err = errors.Join(err, closeHost(ctx, h)) }()
	valid := host.Finding{Subject: "configuration", Health: host.Healthy, Detail: "it fits the plugins that are there"}
	return append([]host.Finding{valid}, h.Doctor(ctx)...), nil
}

// examineParts is what can be said where no host can be made.
func (a *app) examineParts(ctx context.Context, c *config.Config, reason error) (_ []host.Finding, err error) {
	failed := host.Finding{Subject: "configuration", Health: host.Failing, Detail: reason.Error(), Remedy: hintOf(reason)}
	workshop, err := host.OpenWorkshop(ctx, c.Settings(), a.silentLogger())
	if err != nil {
		return nil, errors.Join(reason, err)
	}
	defer func() { err = errors.Join(err, workshop.Close()) }()
	return append([]host.Finding{failed}, workshop.Examine()...), nil
}

func printFindings(w io.Writer, findings []host.Finding) {
	width := 0
	for _, f := range findings {
		width = max(width, len(f.Subject))
	}
	for _, f := range findings {
		lines := strings.Split(strings.TrimSpace(f.Detail), "\n")
		fmt.Fprintf(w, "%-8s %-*s  %s\n", strings.ToUpper(string(f.Health)), width, f.Subject, lines[0])
		for _, line := range lines[1:] {
			fmt.Fprintf(w, "%*s  %s\n", 9+width, "", line)
		}
		if f.Remedy != "" {
			fmt.Fprintf(w, "%*s  Try: %s\n", 9+width, "", f.Remedy)
		}
	}
}
