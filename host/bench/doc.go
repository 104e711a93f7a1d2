// Command bench measures what a turn costs with the host, and states it against
// the least that a program in between can do: a bare hop, measured in the same
// run. `make bench` runs it on what `make build` made.
//
//	go run ./host/bench [--time 2m] [--json] [--bin bin]
//
// Everything runs in processes of its own: a fake model server, the hop, and for
// each store a host with the plugins llm-ollama and memory-buffer. The client is
// this process. It needs /proc, and so Linux. A PostgreSQL server is made, and
// removed again, where its programs are found.
//
// The other commands are what it starts itself: `bench model` is the fake model
// server, `bench hop URL` the hop. Both end when their standard input does.
package main
