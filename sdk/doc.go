// Package sdk turns a Go type into a plugin of bothost. An author writes a
// configuration struct, a type that does the work, and one line:
//
//	func main() { sdk.ServeLLM("llm-acme", version, acme.Open) }
//
// What the type implements is in the packages llm, memory and store; its errors
// are those of package fault; package plugintest proves that it keeps its
// promises. The process, its protocol and its life are this package's business.
//
// A plugin process serves any number of instances, each opened with a
// configuration of its own, and lives exactly as long as the host that started
// it: when the host dies, in whatever way, the process ends at once.
package sdk
