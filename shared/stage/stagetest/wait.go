package stagetest

import (
	"context"
	"fmt"
	"time"
)

// hold keeps a call in hand until leave is closed, or the call's context ends.
func hold(ctx context.Context, leave <-chan struct{}) error {
	select {
	case <-leave:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// reached waits until a call has come to where the promise wants it.
func (r *rig[In, Out]) reached(point <-chan struct{}) {
	r.t.Helper()
	select {
	case <-point:
	case <-time.After(r.kit.patience()):
		r.t.Fatal(r.verdict("the function was not called within " + r.kit.patience().String()))
	}
}

// called says which of the inputs the function has not been called with n times and come back from.
func (r *rig[In, Out]) called(n int, inputs ...*input) error {
	for _, in := range inputs {
		if h := r.of(in.id); h.calls-h.inHand < n {
			return fmt.Errorf("input %s has not come to the function %d times (%s)", in.id, n, h)
		}
	}
	return nil
}

// unspent checks that no attempt of the inputs was spent.
func (r *rig[In, Out]) unspent(inputs ...*input) {
	r.t.Helper()
	for _, in := range inputs {
		if n := r.of(in.id).attempts; n != 0 {
			r.broken("%d attempts of input %s were spent, though nothing was wrong with it", n, in.id)
		}
	}
}
