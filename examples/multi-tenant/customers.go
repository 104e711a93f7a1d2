package main

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"github.com/bothost/bothost/host"
)

// customer is one of the people of part two, with what each says.
type customer struct {
	name, conversation string
	messages           []string
}

func customers() []customer {
	return []customer{
		{"Alice Johnson", "alice", []string{
			"Hello, I am Alice Johnson. What does your product do?",
			"Does it also work without the Internet?",
			"What is my name, and what did I ask first?",
		}},
		{"Bob Smith", "bob", []string{
			"Hi, Bob Smith here. What does it cost a month?",
			"Is there a discount for a whole year?",
			"What is my name, and what did I ask first?",
		}},
		{"Charlie Davis", "charlie", []string{
			"This is Charlie Davis. The installation stops at 90 percent.",
			"I have restarted it twice already. What now?",
			"What is my name, and what did I ask first?",
		}},
	}
}

const sharedTenant = "sales-desk"

// threeCustomers is part two: one bot, three conversations at the same time.
func threeCustomers(ctx context.Context, h *host.Host, report *report) error {
	heading("Part two: one bot, three customers at the same time")
	_, _, err := h.Registry().Register(ctx, sharedTenant, map[string]any{
		"system_prompt": map[string]any{"name": "sales_desk"},
	})
	if err != nil {
		return err
	}
	bot, err := h.Registry().Bot(ctx, sharedTenant)
	if err != nil {
		return err
	}
	stage := &stage{}
	var talking sync.WaitGroup
	failures := make([]error, len(customers()))
	for i, customer := range customers() {
		talking.Go(func() { failures[i] = customer.talk(ctx, bot, stage) })
	}
	talking.Wait()
	for _, err := range failures {
		if err != nil {
			return err
		}
	}
	return prove(ctx, bot, report)
}

// talk says the customer's messages one after the other.
func (c customer) talk(ctx context.Context, bot *host.Bot, stage *stage) error {
	for _, text := range c.messages {
		stage.line(c.name+">", text)
		answer := stage.speaker("bot to " + c.name + "<")
		where := host.Context{ConversationID: c.conversation, UserID: c.name}
		if _, err := bot.ChatStream(ctx, where, text, answer.hear); err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
		answer.end()
	}
	return nil
}

// prove reads the conversations from the store, prints them, and looks for
// anything that is not where it belongs.
func prove(ctx context.Context, bot *host.Bot, report *report) error {
	heading("The proof, read from the store")
	heads, err := bot.Conversations(ctx)
	if err != nil {
		return err
	}
	all := customers()
	report.check(len(heads) == len(all), "the store has %d conversations of %s", len(all), sharedTenant)
	for _, customer := range all {
		messages, err := bot.Messages(ctx, customer.conversation)
		if err != nil {
			return err
		}
		fmt.Printf("\n%s, %d messages:\n", customer.conversation, len(messages))
		var words strings.Builder
		for _, m := range messages {
			fmt.Printf("  %d %-9s %s\n", m.Turn, m.Message.Role, shorten(m.Message.Text()))
			words.WriteString(m.Message.Text() + "\n")
		}
		report.check(isPairs(messages, customer.messages),
			"%s has %d messages, in pairs, in order", customer.name, 2*len(customer.messages))
		report.check(!mentionsOther(words.String(), customer), "nothing of the others is in %s's conversation", customer.name)
	}
	return nil
}

// mentionsOther reports whether a conversation has the name or a message of one
// of the other customers.
func mentionsOther(words string, own customer) bool {
	for _, other := range customers() {
		if other.name == own.name {
			continue
		}
		// The last message is the same for all.
		for _, text := range append([]string{other.name}, other.messages[:2]...) {
			if strings.Contains(words, text) {
				return true
			}
		}
	}
	return false
}
