package catalog

import (
	"fmt"
	"time"
)

// approved checks what holds for all files.
func (l *loader) approved() (pins, error) {
	if err := checkDir(l.Dir); err != nil {
		return nil, wrongDir(l.Dir, err)
	}
	return readPins(l.Dir)
}

// restless is how long a file has to keep still yet, by what its stamp says. One
// that was written in the future tells nothing.
func (l *loader) restless(s stamp) time.Duration {
	now := time.Now()
	if s.modified.After(now) {
		return 0
	}
	return max(0, s.modified.Add(l.pauses.stillness).Sub(now))
}

// verify finds out whether a file may be run, and copies it. What cannot be said
// of any file is wrong.
func (l *loader) verify(entry *Entry, approved pins, wrong error) {
	path := l.path(entry.Plugin)
	entry.stamp = stampOf(path)
	if wrong != nil {
		entry.refuse("%w", wrong)
		return
	}
	file, err := openTrusted(path)
	if err != nil {
		entry.refuse("%w", err)
		return
	}
	defer func() { _ = file.Close() }()
	if l.restless(entry.stamp) > 0 || beingWritten(file) {
		entry.wait()
		return
	}
	entry.Path, entry.Checksum, err = privateCopy(file, l.PrivateDir, entry.Plugin)
	if err != nil {
		entry.refuse("%w", err)
		return
	}
	if stampOf(path) != entry.stamp || beingWritten(file) {
		entry.wait()
		return
	}
	entry.Serving = entry.Checksum
	entry.Pinned = approved.allows(entry.Plugin, entry.Checksum)
	if err := l.checkCopy(*entry, approved); err != nil {
		entry.refuse("%w", err)
	}
}

// checkCopy reports why a copy must not be run.
func (l *loader) checkCopy(entry Entry, approved pins) error {
	if err := checkWhole(entry.Path); err != nil {
		return err
	}
	if approved == nil || entry.Pinned {
		return nil
	}
	keep := ""
	if len(approved[entry.Plugin]) > 1 {
		// Other systems use the lock, too.
		keep = " --keep"
	}
	return fmt.Errorf("%s does not name its checksum, %s; if you trust it: bothost plugin pin%s --plugin-dir %s",
		LockName, entry.Checksum, keep, l.Dir)
}
