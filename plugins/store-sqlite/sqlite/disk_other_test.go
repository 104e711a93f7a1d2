//go:build !linux

package sqlite_test

// systemTasks is empty where no state of the system can be made up.
func systemTasks() map[string]func(folder string) error { return map[string]func(string) error{} }
