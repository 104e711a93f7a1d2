package mutants_test

import "testing"

func TestMutantsOfStoreSQLite(t *testing.T) {
	subject{folder: "plugins/store-sqlite/sqlite", suite: "TestConformance/suite", mutants: sqliteMutants()}.run(t)
}

// sqliteMutants are what happens to statements.
func sqliteMutants() []mutant {
	return []mutant{{
		defect: "a turn is found whosever it is",
		file:   "turns.go",
		old:    `WHERE t.tenant = ?1 AND t.conversation = ?2 AND`,
		new:    `WHERE t.conversation = ?2 AND`,
		found:  "equal ids, keys and tokens of two tenants have nothing to do with each other",
	}, {
		defect: "a window shows other tenants' messages",
		file:   "window.go",
		old:    `WHERE tenant = ?1 AND conversation = ?2 AND turn <= ?3`,
		new:    `WHERE conversation = ?2 AND turn <= ?3`,
		found:  "turns of many clients at once have one order, which all have seen",
	}, {
		defect: "a list shows other tenants' conversations",
		file:   "conversations.go",
		old:    `WHERE tenant = ?1 AND (updated_at, conversation) < (?2, ?3)`,
		new:    `WHERE (updated_at, conversation) < (?2, ?3)`,
		found:  "equal ids of two tenants are two conversations",
	}, {
		defect: "a purge takes other tenants' messages, too",
		file:   "delete.go",
		old:    "`DELETE FROM messages WHERE tenant = ?1`",
		new:    "`DELETE FROM messages WHERE ?1 <> ''`",
		found:  "equal ids, keys and tokens of two tenants have nothing to do with each other",
	}, {
		defect: "any token commits the pending turn",
		file:   "end.go",
		old: `	if !bytes.Equal(c.pending, request.Token[:]) {
		return tx.committedBefore(request, at)`,
		new: `	if c.pending == nil {
		return tx.committedBefore(request, at)`,
		found: "a late commit cannot end the turn of a new conversation of that id",
	}}
}
