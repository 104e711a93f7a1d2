package sqlite

import (
	"iter"

	"github.com/bothost/bothost/plugins/store-sqlite/internal/engine"
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
	scan   func(engine.Row) (I, error)
	size   func(I) int
	cursor func(last I) string
}

func checkLimit(limit int) error {
	if limit < 1 || limit > maxLimit {
		return fault.New(fault.Invalid, "a page has 1 to %d items, not %d", maxLimit, limit)
	}
	return nil
}

// page fills a page from the rows of a query, which gives one more than the page
// may have, if there is more.
func (l list[I]) page(rows iter.Seq2[engine.Row, error], limit int) (page store.Page[I], err error) {
	bytes := 0
	for row, err := range rows {
		if err != nil {
			return page, err
		}
		item, err := l.scan(row)
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
	return page, nil
}
