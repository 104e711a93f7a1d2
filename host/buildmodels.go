package host

import (
	"context"
	"encoding/json"
	"sync"

	"github.com/bothost/bothost/host/bot"
	"github.com/bothost/bothost/host/config"
	"github.com/bothost/bothost/host/supervise"
)

// openModels opens the only model there is. Where there are others to speak in its
// place each is opened by the first turn that needs it: then nobody waits for what
// is not there, or may never be asked.
func (b *builder) openModels(ctx context.Context, sections []config.Section) ([]bot.Model, error) {
	if len(sections) == 1 {
		plugin, options, err := b.open(ctx, sections[0])
		return []bot.Model{bot.Opened(plugin, options)}, err
	}
	models := make([]bot.Model, len(sections))
	for i, section := range sections {
		later := &lateModel{host: b.host, section: section}
		b.releases = append(b.releases, later.release)
		models[i] = bot.Model{Plugin: section.Plugin, Open: later.open}
	}
	return models, nil
}

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

// open is the Open of a bot.Model. Turns that come together open it together: none
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
		m.instance, m.plugin, m.options = instance, m.host.withBreaker(instance, resolved), resolved.PerCall
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
