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
// # Waiting
//
// NOTIFY lets the commits of a whole database wait for each other. So whoever
// waits for a turn marks it, and who ends it notifies only if it is marked; mark
// and end are changes of one row, so that one sees the other. A notification
// holds a digest of the turn's token, because any role may listen. A store listens
// on one connection, from when somebody first waits. It only shortens a wait:
// twice a second those who wait look for themselves.
//
// # The registry
//
// Every change holds the lock on one row, and takes its revision from it, until
// it is committed. So revisions become visible in their order, and a watcher
// that reads what follows its last revision misses nothing. Each look also sees
// whether the registry has gone back, as after a backup was restored.
//
// # Poolers
//
// A call depends on no state of its session: settings end with its transaction,
// statements have no names, and each is one round trip all the same, since how it
// is answered is remembered on this side. So calls may go through PgBouncer in
// transaction mode. Listening, and migrations, go by connection.direct.
//
// # When the connection breaks
//
// Calls that are harmless to repeat are made once more, on a new connection:
// reads, and what a token, a holder or a key's id makes the same. The others
// first make sure that their connection lives. What the server has undone, for a
// deadlock or a conflict, is made once more whatever it is. What cannot be reached
// is a fault.Unavailable with a time to wait, never an empty answer.
//
// A call may arrive after its caller gave it up. A begin does not hold the
// conversation then, if the caller has failed its token: a token that is failed
// before it has begun does not begin any more, for an hour. A commit that arrives
// late is good if its turn is still pending, and the failure of its token is then
// refused as superseded; after that failure, a takeover or a deletion it changes
// nothing.
package postgres
