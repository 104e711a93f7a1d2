package sqlite

import (
	"context"
	"database/sql"
	"errors"
)

// scanner is a row: sql.Row or sql.Rows.
type scanner interface{ Scan(into ...any) error }

// querier is what reads: sql.DB or sql.Conn.
type querier interface {
	QueryContext(ctx context.Context, query string, arguments ...any) (*sql.Rows, error)
}

// collect reads all rows of a query.
func collect[R any](ctx context.Context, from querier, scan func(scanner) (R, error), query string, arguments ...any) ([]R, error) {
	rows, err := from.QueryContext(ctx, query, arguments...)
	if err != nil {
		return nil, err
	}
	return gather(rows, scan)
}

// gather reads rows to their end.
func gather[R any](rows *sql.Rows, scan func(scanner) (R, error)) (all []R, err error) {
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		row, err := scan(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, row)
	}
	return all, rows.Err()
}
