// Package examples checks the plugins among the examples: what their authors
// would run, and then bothost plugin check. There is nothing here but tests.
package examples
