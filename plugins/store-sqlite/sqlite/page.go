package sqlite

import "github.com/bothost/bothost/sdk/fault"

// maxLimit is the longest page that a list gives.
const maxLimit = 200

func checkLimit(limit int) error {
	if limit < 1 || limit > maxLimit {
		return fault.New(fault.Invalid, "a page has 1 to %d items, not %d", maxLimit, limit)
	}
	return nil
}
