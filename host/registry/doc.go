// Package registry knows every tenant, builds their bots on demand, and keeps
// the ones used last.
//
// Tenants come from two places: the operator's files, which cannot be changed
// here, and registrations, which live in a store that all instances of the host
// share. Four invariants hold:
//
//   - Reading never writes, and a registration that fails changes nothing.
//   - A bot in use is never closed under its user: what changes takes effect
//     for the next turn.
//   - A change made on another instance is seen through the store's stream of
//     changes. While that is broken, or has told nothing for a second, revisions
//     are compared at each use.
//   - Turns enter their conversation's gate first and look for their bot then,
//     so a turn that waited runs today's configuration.
package registry
