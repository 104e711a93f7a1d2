package sqlite

import "errors"

// closeAll closes the connections, the writing one last: it folds the log into
// the file.
func (s *Store) closeAll() error { return errors.Join(s.readers.close(), s.writer.close()) }
