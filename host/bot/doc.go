// Package bot is the turn: what happens between a user's message and the reply
// that is stored.
//
// Four calls to plugins, in a straight line: the store begins the turn, the
// memory recalls, the model speaks, the store commits. Three invariants hold
// whatever fails in between:
//
//   - A reply is told as done only after the store has made it durable.
//   - A turn that was begun is ended: committed, failed or cancelled, on a
//     context of its own, so that a caller who has left does not leave the
//     conversation taken.
//   - Text is data. What users, models and documents say reaches the model byte
//     for byte.
package bot
