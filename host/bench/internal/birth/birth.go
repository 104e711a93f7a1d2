// Package birth measures how long a plugin takes from its start to its first
// reply, against what the system and Go take for the same file alone: fork, exec
// and everything before main, by letting it end there. A plugin does so when it
// is not a host that starts it.
package birth

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"time"

	"google.golang.org/grpc"

	"github.com/bothost/bothost/host/bench/internal/figures"
	"github.com/bothost/bothost/host/supervise"
	"github.com/bothost/bothost/sdk/client"
	pluginv1 "github.com/bothost/bothost/sdk/plugin/v1"
)

// Row is what came of one plugin: medians of the rounds, in milliseconds.
type Row struct {
	Plugin string `json:"plugin"`
	// Alone is the time from the start of the file to its end when nobody wants
	// anything of it.
	Alone float64 `json:"alone_ms"`
	// Reply is the time from the start to the plugin's first reply, to Describe.
	Reply float64 `json:"first_reply_ms"`
	// ReplyToAlone is the ratio, of each round.
	ReplyToAlone float64 `json:"first_reply_to_alone"`
}

// Settings say what is measured.
type Settings struct {
	// Plugins are the files.
	Plugins []string
	// Sockets is a private folder that is there, and short.
	Sockets string
	// Rounds is how often each is started in each way, in turn.
	Rounds int
}

// Run measures all of them.
func Run(ctx context.Context, settings Settings) ([]Row, error) {
	launcher := supervise.Launcher{
		SocketDir: settings.Sockets, Env: supervise.Environment(supervise.CommonEnvironment()...),
	}
	alone, reply := make([][]float64, len(settings.Plugins)), make([][]float64, len(settings.Plugins))
	for range settings.Rounds {
		for i, path := range settings.Plugins {
			took, err := end(ctx, launcher, path)
			if err != nil {
				return nil, err
			}
			alone[i] = append(alone[i], milliseconds(took))
			if took, err = answer(ctx, launcher, path); err != nil {
				return nil, err
			}
			reply[i] = append(reply[i], milliseconds(took))
		}
	}
	rows := make([]Row, len(settings.Plugins))
	for i, path := range settings.Plugins {
		row := Row{Plugin: filepath.Base(path)}
		row.Alone, _ = figures.Median(alone[i])
		row.Reply, _ = figures.Median(reply[i])
		row.ReplyToAlone, _ = figures.Ratio(reply[i], alone[i])
		rows[i] = row
	}
	return rows, nil
}

// end starts a file as nobody's plugin, and gives the time to its end.
func end(ctx context.Context, launcher supervise.Launcher, path string) (time.Duration, error) {
	command := exec.CommandContext(ctx, path)
	command.Env = launcher.Env
	began := time.Now()
	err := command.Run()
	took := time.Since(began)
	if exit, ok := errors.AsType[*exec.ExitError](err); !ok || exit.ExitCode() != 1 {
		return 0, fmt.Errorf("start %s alone: %w, want exit status 1", path, err)
	}
	return took, nil
}

// answer starts a file as a host does, and gives the time to its first reply.
func answer(ctx context.Context, launcher supervise.Launcher, path string) (took time.Duration, err error) {
	binary := supervise.Binary{Plugin: filepath.Base(path), Path: path}
	began := time.Now()
	err = launcher.Use(ctx, binary, func(ctx context.Context, conn grpc.ClientConnInterface) error {
		_, err := pluginv1.NewPluginServiceClient(conn).Describe(ctx, &pluginv1.DescribeRequest{})
		took = time.Since(began)
		if err != nil {
			return fmt.Errorf("describe %s: %w", binary.Plugin, client.Error(err))
		}
		return nil
	})
	return took, err
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
