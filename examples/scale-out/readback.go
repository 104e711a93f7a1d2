//go:build unix

package main

import (
	"context"
	"fmt"
	"slices"

	"github.com/bothost/bothost/host/apiclient"
)

// readBack reads every conversation through every instance and checks it.
func readBack(ctx context.Context, f *fleet, customers []tenant, people []*speaker, r *report) {
	for _, s := range people {
		r.check(everAnswered, s.stuck)
	}
	for _, customer := range customers {
		for _, i := range f.instances {
			r.check(onlyOwn, ownConversations(ctx, apiclient.Client{URL: i.url, Key: customer.key}))
		}
		for number := 1; number <= conversations; number++ {
			id := fmt.Sprintf("conversation-%d", number)
			transcript, err := readEverywhere(ctx, f, customer, id)
			r.check(sameEverywhere, err)
			checkTranscript(transcript, customer, speaking(people, customer, id), r)
		}
	}
}

// speaking are those who spoke in a conversation.
func speaking(people []*speaker, customer tenant, conversation string) []*speaker {
	return slices.DeleteFunc(slices.Clone(people), func(s *speaker) bool {
		return s.tenant.name != customer.name || s.conversation != conversation
	})
}

func ownConversations(ctx context.Context, client apiclient.Client) error {
	found, err := apiclient.All(ctx, func(ctx context.Context, page apiclient.Page) (apiclient.List[apiclient.Conversation], error) {
		return client.ListConversations(ctx, "", page)
	})
	if err == nil && len(found) != conversations {
		err = fmt.Errorf("%d conversations, want %d", len(found), conversations)
	}
	return err
}

// readEverywhere reads a conversation from each instance. It is an error if they
// do not tell the same.
func readEverywhere(ctx context.Context, f *fleet, customer tenant, id string) ([]apiclient.StoredMessage, error) {
	var first []apiclient.StoredMessage
	for n, i := range f.instances {
		client := apiclient.Client{URL: i.url, Key: customer.key}
		found, err := apiclient.All(ctx, func(ctx context.Context, page apiclient.Page) (apiclient.List[apiclient.StoredMessage], error) {
			return client.ListMessages(ctx, id, page)
		})
		switch {
		case err != nil:
			return nil, fmt.Errorf("%s, %s, %s: %w", customer.name, id, i.name, err)
		case n == 0:
			first = found
		case !slices.Equal(first, found):
			return first, fmt.Errorf("%s, %s: %s tells it otherwise than %s", customer.name, id, i.name, f.instances[0].name)
		}
	}
	return first, nil
}
