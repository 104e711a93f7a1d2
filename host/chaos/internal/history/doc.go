// Package history judges what happened in a run: what clients sent and were
// answered, what the model was asked, and what is stored at the end.
//
// It only reads. A History comes from whoever drove the run, with all times of
// one clock; Check gives every way in which it contradicts what the host
// promises. That nothing is found proves nothing about a run in which little
// happened, so the caller says how much did.
//
// Texts carry the proof: each message and each reply must be different from all
// others of the run, so that a text belongs to one conversation wherever it is
// found.
package history
