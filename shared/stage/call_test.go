package stage

import "testing"

// TestNoCallWaitsForAnother holds that a call which goes on for ever keeps its goroutine to itself, and that goroutines which are
// free take the next call.
func TestNoCallWaitsForAnother(t *testing.T) {
	c := newCallers()
	release, stuck := make(chan struct{}), make(chan struct{})
	c.run(func() {
		defer close(stuck)
		<-release
	})
	for range 100 {
		done := make(chan struct{})
		c.run(func() { close(done) })
		<-done
	}
	c.end()
	last := make(chan struct{})
	c.run(func() { close(last) }) // of a loop that is ending
	<-last
	close(release)
	<-stuck
}
