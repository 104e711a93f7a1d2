// Package supervise runs plugins: it starts their processes, watches them,
// starts them again when they die, opens the instances that the host needs and
// shares them, and stops everything within a bounded time.
//
// A process is a generation: it is started once, used by any number of
// sessions, and never revived. What follows a crash, or replaces a file, is a new
// generation, in which the instances are opened again under the ids that they
// had. A session stays with the generation that it began in.
//
// From the bottom up:
//
//   - runner owns the operating system's side of one process: its three pipes,
//     its process group, and the news of its end;
//   - output turns what a plugin prints into log lines, within bounds;
//   - process adds the go-plugin handshake, the gRPC connection and the
//     lifeline; Launcher starts one;
//   - unit is one plugin over time: its current generation, its crashes, its
//     instances;
//   - Supervisor holds the units, and owns every goroutine of the package.
//
// Invariants: nothing that waits for a plugin waits without a deadline; nothing
// that a plugin prints, claims or does harms the host; no process outlives the
// host; a connection is closed only after those who use it have left.
package supervise
