package main

import (
	"context"

	"github.com/bothost/bothost/host"
	"github.com/bothost/bothost/host/apiclient"
	"github.com/bothost/bothost/host/config"
	"github.com/bothost/bothost/sdk/fault"
)

// partner is whom one chats with: a tenant's bot, near or far.
type partner interface {
	// say sends a message and calls emit with each piece of the reply. An empty
	// conversation begins a new one, named in the reply. When ctx ends the turn
	// is cancelled; the error is then the context's, or tells of it.
	say(ctx context.Context, conversation, message string, emit func(string) error) (apiclient.Reply, error)
	close(ctx context.Context) error
}

// open finds the bot at the host that is named, or starts a host for it.
func (c *chat) open(ctx context.Context) (partner, error) {
	if c.remote.address() != "" {
		client := c.remote.client()
		client.Tenant = c.tenant
		return farBot{c.remote, client}, nil
	}
	loaded, err := c.local.load()
	if err != nil {
		return nil, err
	}
	logger := newLogger(config.Log{Level: "error", Format: loaded.Settings().Log.Format}, c.app.stderr)
	h, err := c.local.openHost(ctx, loaded, logger)
	if err != nil {
		return nil, err
	}
	near := nearBot{host: h}
	if near.bot, err = h.Registry().Bot(ctx, c.tenant); err != nil {
		_ = near.close(ctx)
		return nil, c.explain(err)
	}
	return near, nil
}

// explain says how a tenant comes to be known.
func (c *chat) explain(err error) error {
	if fault.Is(err, fault.NotFound) {
		return withHint(err, `register it with the host of these data:
     bothost serve &
     echo '{}' | bothost tenant put %s -
or name a configuration file that has it under tenants: --config FILE`, quoted(c.tenant))
	}
	return withHint(err, "bothost doctor")
}

// farBot is reached over the HTTP API.
type farBot struct {
	remote *remote
	client apiclient.Client
}

func (b farBot) say(ctx context.Context, conversation, message string, emit func(string) error) (apiclient.Reply, error) {
	reply, err := b.client.ChatStream(ctx, apiclient.Message{Text: message, ConversationID: conversation},
		apiclient.Observer{Delta: emit})
	return reply, b.remote.named(err)
}

func (farBot) close(context.Context) error { return nil }

// nearBot is in this process.
type nearBot struct {
	host *host.Host
	bot  *host.Bot
}

func (b nearBot) say(ctx context.Context, conversation, message string, emit func(string) error) (apiclient.Reply, error) {
	reply, err := b.bot.ChatStream(ctx, host.Context{ConversationID: conversation}, message, emit)
	if err != nil {
		return apiclient.Reply{}, err
	}
	return apiclient.Reply{
		ConversationID: reply.ConversationID, Turn: reply.Turn, Text: reply.Text, Model: reply.Model, Provider: reply.Provider,
		FinishReason: reply.FinishReason, Replayed: reply.Replayed,
		Usage: apiclient.Usage{PromptTokens: reply.Usage.PromptTokens, CompletionTokens: reply.Usage.CompletionTokens},
	}, nil
}

func (b nearBot) close(ctx context.Context) error { return closeHost(ctx, b.host) }
