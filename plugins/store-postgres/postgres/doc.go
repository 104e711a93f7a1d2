// Package postgres keeps conversations and tenants in PostgreSQL, for hosts
// that run as several instances. The library is pgx: it speaks the binary
// protocol, and knows prepared statements, notifications and error codes.
//
// # One call, one statement
//
// Every method is one statement that calls one function of the schema bothost:
// one round trip, and one transaction, that of the statement. The functions are
// made by the migrations and versioned with the schema. The alternative, a
// batch of statements with a transaction around them, would need a second round
// trip wherever a decision depends on what was read, which beginning a turn
// does; it would leave the lock on a conversation to the client's pace; and it
// would have to name the tenant anew in each batch.
//
// # What keeps tenants apart
//
// Conversations, turns, messages and memory states are under forced row-level
// security. Each function first sets bothost.tenant for its transaction; without
// that no row is seen and none can be written. Tenants, keys, changes and the
// leases of hosts span tenants: the role that serves has no right on these
// tables, and reaches them through functions that run as their owner with a
// fixed search_path. A superuser, or a role with BYPASSRLS, is not bound by
// row-level security: the store opens, and Check fails.
//
// # Turns
//
// The row of a conversation is the lock under which its turns are begun, ended
// and deleted. At most the newest turn is pending. A token is looked for by
// equality alone, among the turns of its conversation, so that a commit finds
// its turn or is superseded; deleting the conversation deletes the tokens. The
// clock is the database's.
//
// A window is chosen from an index of the turns that have a reply, newest
// first, and stops at its bounds: its cost does not depend on the conversation's
// length. Beginning a turn does not wait for the disk, because the commit of the
// turn does.
//
// # The registry
//
// Every change holds the lock on one row, and takes its revision from it, until
// it is committed. So revisions become visible in their order, and a watcher
// that reads what follows its last revision misses nothing. A notification wakes
// it; twice a second it looks by itself.
//
// # When the connection breaks
//
// Calls that are harmless to repeat are made once more, on a new connection:
// reads, and what a token, a holder or a key's id makes the same. The others
// first make sure that their connection lives. What cannot be reached is a
// fault.Unavailable with a time to wait, never an empty answer.
package postgres
