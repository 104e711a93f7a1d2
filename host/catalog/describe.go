package catalog

import (
	"context"
	"fmt"

	pluginv1 "github.com/bothost/bothost/sdk/plugin/v1"
)

// describe keeps only descriptions that fit, so that one that does not is asked
// for again.
func (l *loader) describe(ctx context.Context, entry *Entry) error {
	if known := l.cache.get(*entry); known != nil && entry.adopt(known) == nil {
		return nil
	}
	description, err := l.ask(ctx, *entry)
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

func (l *loader) ask(ctx context.Context, entry Entry) (*pluginv1.DescribeResponse, error) {
	description, err := l.Describe(ctx, entry.Binary())
	if err != nil {
		return nil, fmt.Errorf("it cannot be described: %w", err)
	}
	return description, nil
}
