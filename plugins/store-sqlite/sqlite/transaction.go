package sqlite

import (
	"context"
	"database/sql"
	"fmt"
)

// transaction runs statements between a BEGIN and its COMMIT. A statement is
// prepared when it is first met, and kept: its text must be a constant.
type transaction struct {
	ctx     context.Context //nolint:containedctx // lives as long as one transaction
	session *session
}

// exec runs a statement, and tells how many rows it changed.
func (t *transaction) exec(query string, arguments ...any) (int64, error) {
	statement, err := t.prepared(query)
	if err != nil {
		return 0, err
	}
	result, err := statement.ExecContext(t.ctx, arguments...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// scan runs a query for one row; sql.ErrNoRows if there is none.
func (t *transaction) scan(query string, arguments []any, into ...any) error {
	statement, err := t.prepared(query)
	if err != nil {
		return err
	}
	return statement.QueryRowContext(t.ctx, arguments...).Scan(into...)
}

// rows runs a query; the caller closes what it returns.
func (t *transaction) rows(query string, arguments ...any) (*sql.Rows, error) {
	statement, err := t.prepared(query)
	if err != nil {
		return nil, err
	}
	return statement.QueryContext(t.ctx, arguments...)
}

func (t *transaction) prepared(query string) (*sql.Stmt, error) {
	if statement, ok := t.session.statements[query]; ok {
		return statement, nil
	}
	statement, err := t.session.connection.PrepareContext(t.ctx, query)
	if err != nil {
		return nil, fmt.Errorf("prepare %q: %w", query, err)
	}
	t.session.statements[query] = statement
	return statement, nil
}

// values writes a statement's arguments as one list, before what is scanned.
func values(arguments ...any) []any { return arguments }
