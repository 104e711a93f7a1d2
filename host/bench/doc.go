// Command bench measures what a turn costs with the host, and states it against
// the least that a program in between can do: a bare hop, measured in the same
// run. `make bench` runs it on what `make build` made.
//
//	go run ./host/bench [--only turns,length,tenants,streams,cold,boundary] [--json] [--bin bin]
//
// It has parts, each of which starts the hosts that it measures:
//
//   - turns: how fast, and what it costs, with few and many conversations at once;
//   - length: the same in conversations of up to 100,000 messages;
//   - tenants: starts, first turns and cached bots with up to 100,000 tenants;
//   - streams: many replies at once that come piece by piece;
//   - cold: from the start of the host to its first reply;
//   - boundary: what it costs that plugins are processes of their own, in a turn
//     and in their start.
//
// In the end it says which of the project's targets were met.
//
// Everything runs in processes of its own: a fake model server, the hop, and for
// each store a host with the plugins llm-ollama and memory-buffer. The client is
// this process. What a store must hold before a measurement is put there through
// its plugin, as a host would. It needs /proc, and so Linux. A PostgreSQL server
// is made, and removed again, where its programs are found.
//
// The other commands are what it starts itself: `bench model` is the fake model
// server, `bench hop URL` the hop, `bench united URL FOLDER` a host with its plugins
// in one process. They end when their standard input does.
package main
