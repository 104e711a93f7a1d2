package sqlite

import (
	"fmt"

	"github.com/bothost/bothost/plugins/store-sqlite/internal/engine"
	"github.com/bothost/bothost/sdk/memory"
	"github.com/bothost/bothost/sdk/store"
)

// memoryState gives the memory's state as last committed, or nil.
func (t *transaction) memoryState(scope store.Scope) (*memory.State, error) {
	var state *memory.State
	_, err := t.First(func(row engine.Row) {
		state = &memory.State{
			Plugin: row.Text(0), Format: row.Text(1),
			ThroughTurn: uint64(row.Int(2)), Version: uint64(row.Int(3)), Data: row.Blob(4),
		}
	}, `
		SELECT plugin, format, through_turn, version, data FROM memory_state
		WHERE tenant = ?1 AND conversation = ?2`, scope.Tenant, scope.Conversation)
	if err != nil {
		return nil, fmt.Errorf("read the memory's state: %w", err)
	}
	return state, nil
}

// saveState replaces the memory's state. SQLite's integers are signed: numbers
// keep their bits.
func (t *transaction) saveState(scope store.Scope, state *memory.State) error {
	_, err := t.Exec(`
		INSERT INTO memory_state (tenant, conversation, plugin, format, through_turn, version, data)
		VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
		ON CONFLICT (tenant, conversation) DO UPDATE SET
			plugin = excluded.plugin, format = excluded.format, through_turn = excluded.through_turn,
			version = excluded.version, data = excluded.data`,
		scope.Tenant, scope.Conversation, state.Plugin, state.Format,
		int64(state.ThroughTurn), int64(state.Version), blob(state.Data))
	if err != nil {
		return fmt.Errorf("save the memory's state: %w", err)
	}
	return nil
}
