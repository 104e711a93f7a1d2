//go:build linux

package main

import (
	"context"
	"errors"

	"github.com/bothost/bothost/host/bench/internal/united"
	"github.com/bothost/bothost/host/internal/fakemodel"
	"github.com/bothost/bothost/host/internal/rig"
	"github.com/bothost/bothost/host/internal/slack"
	"github.com/bothost/bothost/sdk/tuning"
)

// unitedReserve is that of a host and of its three plugins together.
const unitedReserve = 40 << 20

// serveUnited serves a host and its plugins in this process, which is tuned as
// theirs are.
func serveUnited(ctx context.Context, args []string) error {
	if len(args) != 2 {
		return errors.New("usage: bench united URL FOLDER")
	}
	slack.Take()
	defer tuning.NewReserve(unitedReserve).Release()
	host, err := united.New(ctx, united.Settings{
		DataDir: args[1], Tenant: rig.Tenant, Model: fakemodel.Model, ModelURL: args[0],
	})
	if err != nil {
		return err
	}
	defer host.Close()
	return serve(host)
}
