package host

import (
	"context"
	"encoding/json"
	"sync"

	"github.com/bothost/bothost/host/bot"
	"github.com/bothost/bothost/host/config"
	"github.com/bothost/bothost/host/supervise"
)

// lateModel is an instance that the first turn opens which needs it, and that
// stays open until the bot is released. What fails is tried again by the next.
type lateModel struct {
	host    *Host
	section config.Section

	mutex    sync.Mutex
	instance *supervise.Instance
	plugin   bot.Plugin
	options  json.RawMessage
}

// open implements bot.Model. Turns that come together open it together: none
// waits for another one's patience to end before its own begins.
func (m *lateModel) open(ctx context.Context) (bot.Plugin, json.RawMessage, error) {
	if plugin, options, ok := m.opened(); ok {
		return plugin, options, nil
	}
	instance, resolved, err := m.host.openSection(ctx, m.section)
	if err != nil {
		return bot.Plugin{}, nil, err
	}
	m.mutex.Lock()
	defer m.mutex.Unlock()
	if m.instance == nil {
		m.instance, m.plugin, m.options = instance, pluginOf(instance), resolved.PerCall
	} else {
		instance.Release() //nolint:contextcheck // closing an instance does not depend on who was the last
	}
	return m.plugin, m.options, nil
}

func (m *lateModel) opened() (bot.Plugin, json.RawMessage, bool) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	return m.plugin, m.options, m.instance != nil
}

// release closes it, if it was opened. No turn uses the bot any more.
func (m *lateModel) release() {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	if m.instance != nil {
		m.instance.Release()
	}
}
