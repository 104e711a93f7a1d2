package sqlite

import (
	"context"
	"errors"
	"maps"
	"slices"
)

// WindowStatement reads a window.
const WindowStatement = selectWindow

// Statements gives the text of all statements that the store has written with.
func (s *Store) Statements() []string {
	session := <-s.writer.turn
	defer func() { s.writer.turn <- session }()
	return slices.Sorted(maps.Keys(session.statements))
}

// Reads gives the text of the statements that the store reads with.
func Reads() []string {
	return []string{
		selectConversation + `WHERE tenant = ?1 AND conversation = ?2`,
		selectConversations, selectConversationsOfUser, selectTranscript,
		selectTenant + `WHERE tenant = ?1 AND NOT deleted`, selectTenants,
		selectKey + `WHERE k.tenant = ?1` + isValid + ` ORDER BY k.number`,
		selectKey + `WHERE k.id = ?1` + isValid,
		selectChanges,
	}
}

// maxParameters is at least the number of any statement's parameters.
const maxParameters = 16

// Plan tells how SQLite carries out a statement.
func (s *Store) Plan(ctx context.Context, statement string) ([]string, error) {
	return collect(ctx, s.readers, func(row scanner) (detail string, err error) {
		var id, parent, unused int
		err = row.Scan(&id, &parent, &unused, &detail)
		return detail, err
	}, `EXPLAIN QUERY PLAN `+statement, make([]any, maxParameters)...)
}

// Synchronous gives SQLite's level of synchronous in a transaction as turns
// begin with, and in one as they are committed with.
func (s *Store) Synchronous(ctx context.Context) (begin, commit int, err error) {
	read := func(level *int) func(*transaction) error {
		return func(tx *transaction) error {
			return tx.session.connection.QueryRowContext(ctx, "PRAGMA synchronous").Scan(level)
		}
	}
	err = errors.Join(
		s.transact(ctx, "test", soon, read(&begin)),
		s.write(ctx, "test", read(&commit)))
	return begin, commit, err
}
