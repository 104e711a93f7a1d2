package catalog

import "context"

// describe keeps only descriptions that fit, so that one that does not is asked
// for again.
func (l *loader) describe(ctx context.Context, entry *Entry) error {
	if known := l.cache.get(*entry); known != nil && entry.adopt(known) == nil {
		return nil
	}
	description, err := l.Describe(ctx, entry.Binary())
	if err != nil {
		return err
	}
	if err := entry.adopt(description); err != nil {
		return err
	}
	if err := l.cache.put(*entry, description); err != nil {
		l.Logger.Warn("the next start will take longer", "error", err)
	}
	return nil
}
