// Command chaos proves the history: it drives conversations of several tenants
// through several instances of the host while it kills, stops, cuts and stalls
// everything that they need, and then compares what clients were told, what the
// model was shown and what is stored. `make chaos` runs it on what `make build`
// made.
//
//	go run ./host/chaos [--time 2m] [--seed N] [--faults LIST] [--store postgres|sqlite] [--bin bin]
//
// It starts processes of its own: a PostgreSQL server, and hosts with the plugins
// llm-ollama, memory-buffer and a store's. The model's server is this process, as
// are the clients and the proxies between all of them. It needs /proc, and so
// Linux.
//
// The seed decides which messages are sent where and which faults come in which
// order. When exactly they meet is the machine's matter: another run with the
// same seed is alike, not the same.
package main
