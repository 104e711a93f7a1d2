package sqlite

import (
	"database/sql"
	"errors"
	"fmt"

	"github.com/bothost/bothost/sdk/memory"
	"github.com/bothost/bothost/sdk/store"
)

// memoryState gives the memory's state as last committed, or nil.
func (t *transaction) memoryState(scope store.Scope) (*memory.State, error) {
	var state memory.State
	var through, version int64
	err := t.scan(`
		SELECT plugin, format, through_turn, version, data FROM memory_state
		WHERE tenant = ?1 AND conversation = ?2`,
		values(scope.Tenant, scope.Conversation), &state.Plugin, &state.Format, &through, &version, &state.Data)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the memory's state: %w", err)
	}
	state.ThroughTurn, state.Version = uint64(through), uint64(version)
	return &state, nil
}

// saveState replaces the memory's state. SQLite's integers are signed: numbers
// keep their bits.
func (t *transaction) saveState(scope store.Scope, state *memory.State) error {
	_, err := t.exec(`
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
