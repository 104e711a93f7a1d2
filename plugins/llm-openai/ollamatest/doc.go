// Package ollamatest tests the provider against a server of Chat Completions that
// is none of ours: the route of that kind of a real Ollama. The server and its
// models are those of the tests of llm-ollama; the plugins know nothing of each
// other. There is nothing but tests in it.
package ollamatest
