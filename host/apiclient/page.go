package apiclient

import (
	"context"
	"net/url"
	"strconv"
)

// Page says which part of a list is wanted.
type Page struct {
	// Limit is how many items, at most 200; 0 is the host's default.
	Limit int
	// After is the Next of the page before; empty is the first page.
	After string
}

func (p Page) query() url.Values {
	query := url.Values{}
	if p.Limit > 0 {
		query.Set("limit", strconv.Itoa(p.Limit))
	}
	if p.After != "" {
		query.Set("after", p.After)
	}
	return query
}

// List is one page of a list.
type List[T any] struct {
	Items []T `json:"items"`
	// Next is the cursor of the page that follows; nil if this is the last.
	Next *string `json:"next"`
}

// maxPage is how many items the host gives at a time.
const maxPage = 200

// All reads a list to its end, page by page:
//
//	tenants, err := apiclient.All(ctx, client.ListTenants)
func All[T any](ctx context.Context, page func(context.Context, Page) (List[T], error)) ([]T, error) {
	var all []T
	for at := (Page{Limit: maxPage}); ; {
		found, err := page(ctx, at)
		if err != nil {
			return nil, err
		}
		all = append(all, found.Items...)
		if found.Next == nil {
			return all, nil
		}
		at.After = *found.Next
	}
}
