package postgres

import "github.com/millrace/millrace/shared/fault"

// Split writes several things with one call of write, and returns one error per thing. When Postgres finds fault with the
// data (a Permanent error), they are halved until only those that are to blame fail, each with its own error; write must
// store all that it is given or nothing.
func Split[T any](in []T, write func([]T) error) []error {
	errs := make([]error, len(in))
	err := write(in)
	if err == nil {
		return errs
	}
	if len(in) > 1 && fault.ClassOf(err) == fault.ClassPermanent {
		half := len(in) / 2
		return append(Split(in[:half], write), Split(in[half:], write)...)
	}
	for i := range errs {
		errs[i] = err
	}
	return errs
}
