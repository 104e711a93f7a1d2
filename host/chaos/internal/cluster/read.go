//go:build linux

package cluster

import (
	"context"
	"fmt"

	"github.com/bothost/bothost/host/chaos/internal/history"
	"github.com/bothost/bothost/sdk/message"
	"github.com/jackc/pgx/v5"
)

// ReadDatabase gives every transcript that is stored, as the tables have it.
func (c *Cluster) ReadDatabase(ctx context.Context) ([]history.Transcript, error) {
	if c.Database == nil {
		return c.readSQLite(ctx)
	}
	connection, err := c.Database.Connect(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { _ = connection.Close(context.WithoutCancel(ctx)) }()
	// A turn without messages would be half a one: it is read too.
	rows, err := connection.Query(ctx, `
		SELECT t.tenant, t.conversation, t.turn, t.status, coalesce(m.role, ''), NULL, coalesce(m.parts, '[]')
		FROM bothost.turns t LEFT JOIN bothost.messages m USING (tenant, conversation, turn)
		ORDER BY t.tenant, t.conversation, t.turn, m.index`)
	if err != nil {
		return nil, fmt.Errorf("read the database: %w", err)
	}
	stored, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (storedRow, error) {
		var r storedRow
		return r, row.Scan(r.columns()...)
	})
	if err != nil {
		return nil, fmt.Errorf("read the database: %w", err)
	}
	return transcripts(stored)
}

// storedRow is a message with its turn: one text as it is, or parts as JSON.
type storedRow struct {
	place        history.Place
	turn         uint64
	status, role string
	text, parts  *string
}

// columns are where a row goes, in the order of the queries.
func (r *storedRow) columns() []any {
	return []any{&r.place.Tenant, &r.place.Conversation, &r.turn, &r.status, &r.role, &r.text, &r.parts}
}

func (r *storedRow) content() (string, error) {
	if r.text != nil {
		return *r.text, nil
	}
	if r.parts == nil {
		return "", nil
	}
	parts, err := message.DecodeParts([]byte(*r.parts))
	return message.Message{Parts: parts}.Text(), err
}

// transcripts groups rows, which are in order.
func transcripts(rows []storedRow) ([]history.Transcript, error) {
	var out []history.Transcript
	for _, r := range rows {
		if len(out) == 0 || out[len(out)-1].Place != r.place {
			out = append(out, history.Transcript{Place: r.place, Reader: "the database"})
		}
		text, err := r.content()
		if err != nil {
			return nil, fmt.Errorf("%s, turn %d: %w", r.place, r.turn, err)
		}
		at := &out[len(out)-1]
		at.Messages = append(at.Messages, history.Stored{Turn: r.turn, Role: r.role, Text: text, Status: r.status})
	}
	return out, nil
}
