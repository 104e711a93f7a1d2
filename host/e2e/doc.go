// Package e2e holds the tests of the whole: a host, its HTTP API and real plugin
// processes, used as their users use them. There is nothing but tests in it.
package e2e
