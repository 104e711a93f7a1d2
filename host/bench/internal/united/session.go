package united

import (
	"context"
	"encoding/json"
	"fmt"

	"google.golang.org/grpc"

	"github.com/bothost/bothost/host/bot"
	"github.com/bothost/bothost/sdk"
	"github.com/bothost/bothost/sdk/client"
	"github.com/bothost/bothost/sdk/memory"
	pluginv1 "github.com/bothost/bothost/sdk/plugin/v1"
)

// instance is the one that each plugin has.
const instance = "united"

// session is the use of a plugin: there is one generation, which never ends.
type session struct {
	conn   *direct
	window memory.Window
}

// open opens the instance of a plugin.
func open(ctx context.Context, plugin *sdk.Plugin, config map[string]any, dataDir string) (bot.Plugin, error) {
	conn := newDirect()
	plugin.Register(conn)
	encoded, err := json.Marshal(config)
	if err != nil {
		return bot.Plugin{}, fmt.Errorf("write the configuration of %s: %w", plugin.Name(), err)
	}
	if config == nil {
		encoded = []byte("{}")
	}
	opened, err := pluginv1.NewPluginServiceClient(conn).Open(ctx, &pluginv1.OpenRequest{
		Instance: instance, Config: encoded, DataDir: dataDir,
	})
	if err != nil {
		return bot.Plugin{}, fmt.Errorf("open %s: %w", plugin.Name(), err)
	}
	s := session{conn: conn, window: client.Window(opened)}
	return bot.Plugin{Name: plugin.Name(), Acquire: func(context.Context) (bot.Session, error) { return s, nil }}, nil
}

// Conn implements bot.Session.
func (s session) Conn() grpc.ClientConnInterface { return s.conn }

// Instance implements bot.Session.
func (session) Instance() string { return instance }

// Window implements bot.Session.
func (s session) Window() memory.Window { return s.window }

// Release implements bot.Session.
func (session) Release() {}
