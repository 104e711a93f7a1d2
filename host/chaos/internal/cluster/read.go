//go:build linux

package cluster

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/jackc/pgx/v5"
	_ "modernc.org/sqlite" // the driver for the file itself

	"github.com/bothost/bothost/host/chaos/internal/history"
	"github.com/bothost/bothost/sdk/message"
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
		SELECT t.tenant, t.conversation, t.turn, t.status, coalesce(m.role, ''), coalesce(m.parts, '[]')
		FROM bothost.turns t LEFT JOIN bothost.messages m USING (tenant, conversation, turn)
		ORDER BY t.tenant, t.conversation, t.turn, m.index`)
	if err != nil {
		return nil, fmt.Errorf("read the database: %w", err)
	}
	stored, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (storedRow, error) {
		var r storedRow
		return r, row.Scan(&r.place.Tenant, &r.place.Conversation, &r.turn, &r.status, &r.role, &r.parts)
	})
	if err != nil {
		return nil, fmt.Errorf("read the database: %w", err)
	}
	return transcripts(stored)
}

func (c *Cluster) readSQLite(ctx context.Context) (found []history.Transcript, err error) {
	database, err := sql.Open("sqlite", "file:"+c.sqliteFile()+"?_pragma=busy_timeout(10000)")
	if err != nil {
		return nil, fmt.Errorf("open the database: %w", err)
	}
	defer func() { _ = database.Close() }()
	rows, err := database.QueryContext(ctx, `
		SELECT t.tenant, t.conversation, t.turn, t.status, coalesce(m.role, ''), coalesce(m.parts, '[]')
		FROM turns t LEFT JOIN messages m USING (tenant, conversation, turn)
		ORDER BY t.tenant, t.conversation, t.turn, m.position`)
	if err != nil {
		return nil, fmt.Errorf("read the database: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var stored []storedRow
	for rows.Next() {
		var r storedRow
		if err := rows.Scan(&r.place.Tenant, &r.place.Conversation, &r.turn, &r.status, &r.role, &r.parts); err != nil {
			return nil, fmt.Errorf("read the database: %w", err)
		}
		stored = append(stored, r)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read the database: %w", err)
	}
	return transcripts(stored)
}

// storedRow is a message with its turn.
type storedRow struct {
	place               history.Place
	turn                uint64
	status, role, parts string
}

// transcripts groups rows, which are in order.
func transcripts(rows []storedRow) ([]history.Transcript, error) {
	var out []history.Transcript
	for _, r := range rows {
		if len(out) == 0 || out[len(out)-1].Place != r.place {
			out = append(out, history.Transcript{Place: r.place, Reader: "the database"})
		}
		text, err := textOf(r.parts)
		if err != nil {
			return nil, fmt.Errorf("%s, turn %d: %w", r.place, r.turn, err)
		}
		at := &out[len(out)-1]
		at.Messages = append(at.Messages, history.Stored{Turn: r.turn, Role: r.role, Text: text, Status: r.status})
	}
	return out, nil
}

func textOf(encoded string) (string, error) {
	parts, err := message.DecodeParts([]byte(encoded))
	return message.Message{Parts: parts}.Text(), err
}
