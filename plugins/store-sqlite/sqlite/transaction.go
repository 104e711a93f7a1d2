package sqlite

import "github.com/bothost/bothost/plugins/store-sqlite/internal/engine"

// transaction is the writing connection between a BEGIN and its COMMIT.
type transaction struct{ *engine.Connection }
