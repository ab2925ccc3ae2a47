// Package fault names the four ways in which work on a message can fail, and what each means for the message.
//
// Business code returns a plain error (Transient) or [Permanent]. Only adapters (postgres, blob, broker, HTTP clients) say
// [DependencyDown], because only they know that the other side is at fault. This package knows nothing of brokers, stages
// or documents.
package fault

import (
	"context"
	"errors"
	"fmt"
)

// Class says what a failure means for the message in hand.
type Class int

const (
	// ClassTransient is the default: the same message may succeed later. It is retried with a growing delay, then
	// dead-lettered.
	ClassTransient Class = iota
	// ClassPermanent means that the message can never succeed. It is dead-lettered at once.
	ClassPermanent
	// ClassDependencyDown means that nothing is wrong with the message: a database, a store or a model's API is down. No
	// attempt is spent; the stage stops pulling until the dependency answers again.
	ClassDependencyDown
	// ClassInterrupted means that the process is shutting down. The message is put back; no attempt is spent.
	ClassInterrupted
)

// String returns the class in the form used in metadata, logs and the database.
func (c Class) String() string {
	switch c {
	case ClassTransient:
		return "transient"
	case ClassPermanent:
		return "permanent"
	case ClassDependencyDown:
		return "dependency_down"
	case ClassInterrupted:
		return "interrupted"
	default:
		return fmt.Sprintf("class(%d)", int(c))
	}
}

// ParseClass is the inverse of [Class.String]; ok is false for any other text.
func ParseClass(s string) (c Class, ok bool) {
	for _, c := range []Class{ClassTransient, ClassPermanent, ClassDependencyDown, ClassInterrupted} {
		if c.String() == s {
			return c, true
		}
	}
	return ClassTransient, false
}

// Error is an error with a class and a kind. The kind is a short machine-readable reason in snake_case, such as
// "encrypted" or "not_a_pdf"; people read the wrapped error.
type Error struct {
	Class Class
	Kind  string
	Err   error
}

// Error returns the wrapped error's text: class and kind travel beside it, not in it.
func (e *Error) Error() string { return e.Err.Error() }

// Unwrap returns the wrapped error.
func (e *Error) Unwrap() error { return e.Err }

// New returns an error of class c and the given kind with a formatted text; %w works as in [fmt.Errorf].
func New(c Class, kind, format string, args ...any) error {
	return &Error{Class: c, Kind: kind, Err: fmt.Errorf(format, args...)}
}

// Permanent marks err as one that no retry can cure. It returns nil for nil.
func Permanent(err error) error { return wrap(ClassPermanent, "", err) }

// DependencyDown marks err as the fault of the named dependency ("postgres", "blob", "rabbitmq", …), not of the message.
// It returns nil for nil.
func DependencyDown(dependency string, err error) error {
	return wrap(ClassDependencyDown, dependency, err)
}

// Interrupted marks err as caused by the process shutting down. It returns nil for nil.
func Interrupted(err error) error { return wrap(ClassInterrupted, "", err) }

func wrap(c Class, kind string, err error) error {
	if err == nil {
		return nil
	}
	if kind == "" {
		kind = KindOf(err)
	}
	return &Error{Class: c, Kind: kind, Err: err}
}

// ClassOf returns the class of err: that of the outermost [Error] in its chain, else Transient. A bare
// [context.Canceled] is Interrupted, because only shutdown cancels a stage's context; a deadline is Transient.
func ClassOf(err error) Class {
	var f *Error
	if errors.As(err, &f) {
		return f.Class
	}
	if errors.Is(err, context.Canceled) {
		return ClassInterrupted
	}
	return ClassTransient
}

// KindOf returns the kind of the outermost [Error] in err's chain that has one, else "".
func KindOf(err error) string {
	var f *Error
	for errors.As(err, &f) {
		if f.Kind != "" {
			return f.Kind
		}
		err = f.Err
	}
	return ""
}
