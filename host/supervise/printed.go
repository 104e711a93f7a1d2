package supervise

import "errors"

// printedError is a failure of a process, with the last lines that it printed.
// They are for the operator: in the log, in Status and in what Describe returns.
// What others may see comes from withoutOutput, for nobody knows what a plugin
// prints.
type printedError struct {
	error
	output string
}

func (e *printedError) Error() string { return e.error.Error() + e.output }

func (e *printedError) Unwrap() error { return e.error }

// withoutOutput leaves out what was printed.
func withoutOutput(err error) error {
	if printed, ok := errors.AsType[*printedError](err); ok {
		return printed.error
	}
	return err
}
