//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/bothost/bothost/host/apiclient"
	"github.com/bothost/bothost/host/chaos/internal/cluster"
	"github.com/bothost/bothost/host/chaos/internal/history"
)

// quietTime is how long turns that nobody waits for any more may take to end.
const quietTime = 45 * time.Second

// read gives what every instance tells, and what is in the database, once no
// turn runs any more.
func (c *chaos) read(ctx context.Context) ([]history.Transcript, error) {
	stored, err := c.awaitQuiet(ctx)
	if err != nil {
		return nil, err
	}
	progress("read")
	var all []history.Transcript
	places := c.known()
	for _, instance := range c.cluster.Instances {
		read, err := c.readFrom(ctx, instance, places)
		if err != nil {
			return nil, fmt.Errorf("read from instance %d: %w", instance.Number, err)
		}
		all = append(all, read...)
	}
	return append(all, withEmpty(stored, places)...), nil
}

// awaitQuiet waits until the model speaks to nobody and no turn is pending, or
// for so long that a turn which still is will be for ever.
func (c *chaos) awaitQuiet(ctx context.Context) ([]history.Transcript, error) {
	limited, cancel := context.WithTimeout(ctx, quietTime)
	defer cancel()
	for {
		stored, err := c.cluster.ReadDatabase(ctx)
		if _, running := c.model.Asks(); err != nil || running == 0 && !isPending(stored) {
			return stored, err
		}
		select {
		case <-time.After(time.Second):
		case <-limited.Done():
			return stored, ctx.Err()
		}
	}
}

func isPending(transcripts []history.Transcript) bool {
	for _, transcript := range transcripts {
		for _, m := range transcript.Messages {
			if m.Status == history.Pending {
				return true
			}
		}
	}
	return false
}

// known are the conversations that there should be.
func (c *chaos) known() []history.Place {
	places := make([]history.Place, len(c.places))
	for i, place := range c.places {
		places[i] = place.Place
	}
	return places
}

// readFrom reads the conversations that there should be, and those that are
// there besides.
func (c *chaos) readFrom(ctx context.Context, instance *cluster.Instance, places []history.Place) ([]history.Transcript, error) {
	client := apiclient.Client{URL: instance.Direct(), Key: c.cluster.AdminKey, HTTP: c.http}
	tenants, _ := c.operator.Record()
	all := places
	for _, tenant := range tenants {
		client.Tenant = tenant.Name
		listed, err := apiclient.All(ctx, func(ctx context.Context, page apiclient.Page) (apiclient.List[apiclient.Conversation], error) {
			return client.ListConversations(ctx, "", page)
		})
		if err != nil {
			return nil, err
		}
		for _, conversation := range listed {
			all = with(all, history.Place{Tenant: tenant.Name, Conversation: conversation.ID})
		}
	}
	var transcripts []history.Transcript
	for _, place := range all {
		client.Tenant = place.Tenant
		transcript, err := readTranscript(ctx, client, place)
		if err != nil {
			return nil, err
		}
		transcript.Reader = fmt.Sprintf("instance %d", instance.Number)
		transcripts = append(transcripts, transcript)
	}
	return transcripts, nil
}

func readTranscript(ctx context.Context, client apiclient.Client, place history.Place) (history.Transcript, error) {
	transcript := history.Transcript{Place: place}
	messages, err := apiclient.All(ctx, func(ctx context.Context, page apiclient.Page) (apiclient.List[apiclient.StoredMessage], error) {
		return client.ListMessages(ctx, place.Conversation, page)
	})
	if refused, ok := errors.AsType[*apiclient.Error](err); ok && refused.Status == http.StatusNotFound {
		return transcript, nil
	}
	for _, m := range messages {
		transcript.Messages = append(transcript.Messages, history.Stored{Turn: m.Turn, Role: m.Role, Text: m.Content, Status: m.Status})
	}
	return transcript, err
}
