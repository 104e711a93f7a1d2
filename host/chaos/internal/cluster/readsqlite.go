//go:build linux

package cluster

import (
	"context"
	"database/sql"
	"fmt"

	_ "modernc.org/sqlite" // the driver

	"github.com/bothost/bothost/host/chaos/internal/history"
)

// readSQLite reads the file itself, beside the hosts that use it. A turn is its
// messages: how it ended is told by its reply, or else by the user's message.
func (c *Cluster) readSQLite(ctx context.Context) ([]history.Transcript, error) {
	database, err := sql.Open("sqlite", "file:"+c.sqliteFile()+"?_pragma=busy_timeout(10000)")
	if err != nil {
		return nil, fmt.Errorf("open the database: %w", err)
	}
	defer func() { _ = database.Close() }()
	rows, err := database.QueryContext(ctx, `
		SELECT m.tenant, m.conversation, m.turn, coalesce(reply.status, asked.status, 'pending'), m.role, m.text, m.parts
		FROM messages m
		LEFT JOIN messages asked
			ON (asked.tenant, asked.conversation, asked.turn, asked.position) = (m.tenant, m.conversation, m.turn, 0)
		LEFT JOIN messages reply
			ON (reply.tenant, reply.conversation, reply.turn, reply.position) = (m.tenant, m.conversation, m.turn, 1)
		ORDER BY m.tenant, m.conversation, m.turn, m.position`)
	if err != nil {
		return nil, fmt.Errorf("read the database: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var stored []storedRow
	for rows.Next() {
		var r storedRow
		if err := rows.Scan(r.columns()...); err != nil {
			return nil, fmt.Errorf("read the database: %w", err)
		}
		stored = append(stored, r)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read the database: %w", err)
	}
	return transcripts(stored)
}
