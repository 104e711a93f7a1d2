package main

import (
	"context"
	"fmt"

	"github.com/bothost/bothost/host"
)

// twoTenants is part one: client-a and client-b inherit one base configuration,
// and each says only what is different.
func twoTenants(ctx context.Context, h *host.Host, report *report) error {
	heading("Part one: two customers over one base configuration")
	registry := h.Registry()
	for _, client := range []struct {
		name      string
		overrides map[string]any
	}{
		{"client-a", map[string]any{
			"memory":        map[string]any{"max_messages": 10},
			"system_prompt": map[string]any{"name": "customer_support"},
		}},
		{"client-b", map[string]any{
			"memory":        map[string]any{"max_messages": 20},
			"system_prompt": map[string]any{"name": "technical_expert"},
		}},
	} {
		tenant, _, err := registry.Register(ctx, client.name, client.overrides)
		if err != nil {
			return err
		}
		fmt.Printf("registered %s: %s\n", tenant.Name, tenant.Config)
	}

	for _, line := range []struct{ tenant, text string }{
		{"client-a", "How do I reset my password?"},
		{"client-b", "Explain async/await in Python"},
		{"client-a", "Do you remember me?"},
	} {
		bot, err := registry.Bot(ctx, line.tenant)
		if err != nil {
			return err
		}
		if err := converse(ctx, bot, line.text); err != nil {
			return err
		}
	}
	fmt.Printf("\ncached bots, most recently used first: %v\n", registry.CachedTenants())
	return checkTenants(ctx, h, report)
}

// oneConversation is the id that both tenants use: they do not know of each
// other.
const oneConversation = "conversation-1"

// converse says one thing to a bot and prints its answer as it comes.
func converse(ctx context.Context, bot *host.Bot, text string) error {
	fmt.Printf("\n%s> %s\n%s< ", bot.Tenant(), text, bot.Tenant())
	_, err := bot.ChatStream(ctx, host.Context{ConversationID: oneConversation}, text, func(delta string) error {
		_, err := fmt.Print(delta)
		return err
	})
	fmt.Println()
	return err
}

func checkTenants(ctx context.Context, h *host.Host, report *report) error {
	status := h.Registry().Status()
	report.check(status.Misses == 2, "each bot was built once, and client-a came back to its cached one")
	want := map[string][]string{
		"client-a": {"How do I reset my password?", "Do you remember me?"},
		"client-b": {"Explain async/await in Python"},
	}
	for _, tenant := range []string{"client-a", "client-b"} {
		bot, err := h.Registry().Bot(ctx, tenant)
		if err != nil {
			return err
		}
		messages, err := bot.Messages(ctx, oneConversation)
		if err != nil {
			return err
		}
		report.check(isPairs(messages, want[tenant]),
			"%s has its own %d messages under the conversation id that both use", tenant, 2*len(want[tenant]))
	}
	return nil
}
