package stage

import (
	"context"
	"sync"
)

// Turns sees to it that a suspect is alone: while one is in hand, no stage that shares the Turns calls its function, so a
// crash is the suspect's doing and costs nobody else's suspect a delivery. One value serves all stages of a process. The zero
// value is ready for use.
type Turns struct {
	// calls is held shared by each call of a function, and alone by who handles a suspect. A sync.RWMutex lets the calls that
	// wait go first after each suspect, and a suspect after the calls that run: neither starves.
	calls sync.RWMutex

	mu sync.Mutex
	// fresh counts the loops that have started and not yet looked for suspects of an earlier life of the process; settled is
	// closed when there are none, nil while nobody has asked.
	fresh   int
	settled chan struct{}
}

// start says that a loop has started.
func (t *Turns) start() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.fresh++
}

// looked says that a loop which has started found no more suspects, or has ended.
func (t *Turns) looked() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.fresh--; t.fresh == 0 && t.settled != nil {
		close(t.settled)
		t.settled = nil
	}
}

// await returns when every loop has looked, or with ctx's error. A suspect that crashes the process at each start then costs
// what waits in the work queues of any stage nothing.
func (t *Turns) await(ctx context.Context) error {
	t.mu.Lock()
	if t.fresh == 0 {
		t.mu.Unlock()
		return ctx.Err()
	}
	if t.settled == nil {
		t.settled = make(chan struct{})
	}
	settled := t.settled
	t.mu.Unlock()
	select {
	case <-settled:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
