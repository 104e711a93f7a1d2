package sqlite

import (
	"context"
	"database/sql"
	"errors"

	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/store"
)

const (
	// maxLimit is the most items that a page has.
	maxLimit = 200
	// maxPageBytes bounds the content of a page, so that one fits into an
	// answer; only a single item may be larger.
	maxPageBytes = 8 << 20
)

// list is how the items of a list are read, measured and continued from.
type list[I any] struct {
	scan   func(scanner) (I, error)
	size   func(I) int
	cursor func(last I) string
}

func checkLimit(limit int) error {
	if limit < 1 || limit > maxLimit {
		return fault.New(fault.Invalid, "a page has 1 to %d items, not %d", maxLimit, limit)
	}
	return nil
}

// page reads a page with a query whose last argument is the number of rows that
// it gives: one more than the page has, to know whether there is more.
func (l list[I]) page(ctx context.Context, from querier, limit int, query string, arguments ...any) (page store.Page[I], err error) {
	rows, err := from.QueryContext(ctx, query, append(arguments, limit+1)...)
	if err != nil {
		return page, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	return l.fill(rows, limit)
}

func (l list[I]) fill(rows *sql.Rows, limit int) (page store.Page[I], err error) {
	bytes := 0
	for rows.Next() {
		item, err := l.scan(rows)
		if err != nil {
			return page, err
		}
		bytes += l.size(item)
		count := len(page.Items)
		if count == limit || count > 0 && bytes > maxPageBytes {
			page.Next = l.cursor(page.Items[count-1])
			return page, nil
		}
		page.Items = append(page.Items, item)
	}
	return page, rows.Err()
}
