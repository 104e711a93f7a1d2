//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strconv"

	"github.com/bothost/bothost/host/bench/internal/hop"
	"github.com/bothost/bothost/host/bench/internal/load"
	"github.com/bothost/bothost/host/bench/internal/trial"
	"github.com/bothost/bothost/host/internal/fakemodel"
	"github.com/bothost/bothost/host/internal/rig"
)

const (
	directName    = "direct"
	hopName       = "hop"
	collectedName = "hop, collecting"
	sqliteName    = "host, SQLite"
	postgresName  = "host, PostgreSQL"
)

// start starts everything that is measured and gives it in the order in which it
// is.
func (b *bench) start(ctx context.Context) ([]trial.Subject, error) {
	if err := b.makeFolder(); err != nil {
		return nil, err
	}
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("find this program: %w", err)
	}
	model, err := b.program(ctx, "model.log", self, "model",
		"--pieces", strconv.Itoa(b.options.pieces), "--delay", b.options.delay.String())
	if err != nil {
		return nil, err
	}
	b.model = model.URL
	bare, err := b.program(ctx, "hop.log", self, "hop", model.URL)
	if err != nil {
		return nil, err
	}
	subjects := []trial.Subject{
		{Name: directName, Targets: modelTargets(model.URL)},
		{Name: hopName, Targets: modelTargets(bare.URL), PID: bare.PID()},
		{Name: collectedName, PID: bare.PID(), Targets: map[trial.Form]load.Target{
			trial.Plain: modelTarget(bare.URL+hop.Collected, true),
		}},
	}
	hosts, err := b.startHosts(ctx)
	return append(subjects, hosts...), err
}

func (b *bench) program(ctx context.Context, log, name string, args ...string) (*rig.Program, error) {
	program, err := rig.Start(ctx, b.file(log), name, args...)
	if err != nil {
		return nil, err
	}
	b.stops = append(b.stops, program.Stop)
	return program, nil
}

// startHosts starts a host for each store that there is.
func (b *bench) startHosts(ctx context.Context) ([]trial.Subject, error) {
	if err := b.startHost(ctx, sqliteName, "sqlite", sqlite()); err != nil {
		return nil, err
	}
	if !b.options.noPostgres {
		progress("make a PostgreSQL server")
		database, err := rig.StartPostgres(ctx, b.folder)
		switch {
		case errors.Is(err, rig.ErrNoPostgres):
			b.report.Notes = append(b.report.Notes, err.Error())
		case err != nil:
			return nil, err
		default:
			b.stops = append(b.stops, database.Stop)
			if err := b.startHost(ctx, postgresName, "postgres", database.Store()); err != nil {
				return nil, err
			}
		}
	}
	var subjects []trial.Subject
	for _, host := range b.hosts {
		subjects = append(subjects, host.subject)
	}
	return subjects, nil
}

func sqlite() map[string]any { return map[string]any{"backend": "sqlite"} }

func (b *bench) hostSettings(folder string, store map[string]any) rig.HostSettings {
	return rig.HostSettings{
		Bin: b.options.bin, Folder: b.file(folder), Model: fakemodel.Model, ModelURL: b.model, Store: store,
	}
}

// startHost starts a host and lets it make its first reply, so that its plugins
// run.
func (b *bench) startHost(ctx context.Context, name, folder string, store map[string]any) error {
	program, err := rig.StartHost(ctx, b.hostSettings(folder, store))
	if err != nil {
		return err
	}
	b.stops = append(b.stops, program.Stop)
	subject := trial.Subject{Name: name, PID: program.PID(), Targets: hostTargets(program.URL)}
	if _, err := trial.FirstReply(ctx, b.client, subject.Targets[trial.Plain], program.Began); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	b.hosts = append(b.hosts, runningHost{subject, program})
	return nil
}

const question = "What would you say to somebody who has just told you that the installation stops at 90 percent?"

func hostTargets(url string) map[trial.Form]load.Target {
	target := func(isStreamed bool, complete string) load.Target {
		return load.Target{
			URL: url + "/v1/chat", Header: http.Header{"X-Tenant": {rig.Tenant}}, Complete: complete,
			Body: func(conversation string) []byte {
				return fmt.Appendf(nil, `{"conversation_id":%q,"message":%q,"stream":%t}`, conversation, question, isStreamed)
			},
		}
	}
	return map[trial.Form]load.Target{
		trial.Plain: target(false, `"finish_reason":"stop"`), trial.Streamed: target(true, "\nevent: done\n"),
	}
}

func modelTargets(url string) map[trial.Form]load.Target {
	return map[trial.Form]load.Target{trial.Plain: modelTarget(url, false), trial.Streamed: modelTarget(url, true)}
}

// modelTarget asks a model in Ollama's way. There is no conversation: the
// question is all that the model is shown.
func modelTarget(url string, isStreamed bool) load.Target {
	body := fmt.Appendf(nil, `{"model":%q,"messages":[{"role":"user","content":%q}],"stream":%t}`, fakemodel.Model, question, isStreamed)
	return load.Target{URL: url + "/api/chat", Complete: `"done":true`, Body: func(string) []byte { return body }}
}
