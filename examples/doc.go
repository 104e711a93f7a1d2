// Package examples checks finished plugins. Of those among the examples it runs
// what their authors would run, and then bothost plugin check; that it also does
// with all of ours. There is nothing here but tests.
package examples
