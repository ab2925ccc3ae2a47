package main

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/millrace/millrace/shared/fault"
)

const (
	// groupSize is how many events a transaction takes; a single batch may have more.
	groupSize = 4 * batchSize
	// enough events wait when there are that many, which is all that one topic has at once: the transaction starts without a pause.
	enough = batchesAtOnce * batchSize
	// pausePerEvent follows the start of a transaction, for each event in it but the first, until the next may start. An
	// event that comes alone is stored at once; when many come, they come in fewer transactions, and each costs less.
	pausePerEvent = 5 * time.Millisecond
	longestPause  = 200 * time.Millisecond
)

// group joins what several callers want to store at the same time, whatever the topic, into one transaction. The caller
// whose turn it is writes for all that wait; the others get their errors from it.
type group struct {
	write func(ctx context.Context, units []rows) []error
	turns chan struct{} // one token per transaction at once
	full  chan struct{} // a token says that enough events wait

	mu      sync.Mutex
	waiting []*request
	next    time.Time // when the next transaction may start
}

// request is one caller's rows.
type request struct {
	units []rows
	done  chan []error
}

func newGroup(atOnce int, write func(context.Context, []rows) []error) *group {
	return &group{write: write, turns: make(chan struct{}, atOnce), full: make(chan struct{}, 1)}
}

// put stores units and returns one error for each. A caller whose context has ended before its turn stores nothing.
func (g *group) put(ctx context.Context, units []rows) []error {
	if len(units) == 0 {
		return nil
	}
	own := &request{units: units, done: make(chan []error, 1)}
	g.add(own)
	for g.waits(own) {
		select {
		case errs := <-own.done:
			return errs
		case g.turns <- struct{}{}:
			errs := g.turn(ctx, own)
			<-g.turns
			if errs != nil {
				return errs
			}
		}
	}
	return <-own.done
}

// turn stores what waits. Where another caller has stored its own request meanwhile, it returns the errors of that instead.
func (g *group) turn(ctx context.Context, own *request) []error {
	if errs := g.pause(ctx, own); errs != nil {
		return errs
	}
	if ctx.Err() != nil { // the others' contexts may not have ended
		g.withdraw(own, fault.Interrupted(fmt.Errorf("wait to store: %w", context.Cause(ctx))))
		return nil
	}
	g.serve(ctx)
	return nil
}

func (g *group) add(r *request) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.waiting = append(g.waiting, r)
	g.tell()
}

// tell sets the token that says that enough events wait, or takes it away.
func (g *group) tell() {
	select {
	case <-g.full:
	default:
	}
	if events(g.waiting) >= enough {
		g.full <- struct{}{}
	}
}

// pause waits until the next transaction may start, until enough is waiting for one, or until ctx ends. It returns the errors of its own
// request as soon as that is stored.
func (g *group) pause(ctx context.Context, own *request) []error {
	for {
		g.mu.Lock()
		wait := time.Until(g.next) // another transaction may have started since the last look
		g.mu.Unlock()
		if wait <= 0 {
			return nil
		}
		select {
		case <-time.After(wait):
		case <-g.full:
			return nil
		case <-ctx.Done():
			return nil
		case errs := <-own.done:
			return errs
		}
	}
}

// serve writes what waits, and tells those who wait for it.
func (g *group) serve(ctx context.Context) {
	taken := g.take()
	if len(taken) == 0 {
		return
	}
	var units []rows
	for _, r := range taken {
		units = append(units, r.units...)
	}
	errs := g.write(ctx, units)
	for _, r := range taken {
		r.done <- errs[:len(r.units)]
		errs = errs[len(r.units):]
	}
}

// take returns the requests for the next transaction, first come first served: as many as fit its size and bounds of text.
func (g *group) take() []*request {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.waiting) == 0 {
		return nil
	}
	n, texts := 0, 0
	for n < len(g.waiting) && events(g.waiting[:n]) < groupSize {
		texts += g.waiting[n].texts()
		if n > 0 && texts > maxTexts {
			break
		}
		n++
	}
	taken := g.waiting[:n:n]
	g.waiting = g.waiting[n:]
	g.tell()
	g.next = time.Now().Add(min(time.Duration(events(taken)-1)*pausePerEvent, longestPause))
	return taken
}

// waits reports whether nobody has taken a request yet.
func (g *group) waits(r *request) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.Contains(g.waiting, r)
}

// withdraw ends a request with an error, if nobody has taken it.
func (g *group) withdraw(r *request, err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if at := slices.Index(g.waiting, r); at >= 0 {
		g.waiting = slices.Delete(g.waiting, at, at+1)
		r.done <- slices.Repeat([]error{err}, len(r.units))
	}
}

// texts returns the bytes of text in a request.
func (r *request) texts() int {
	n := 0
	for i := range r.units {
		for j := range r.units[i].texts {
			n += len(r.units[i].texts[j].Body)
		}
	}
	return n
}

func events(requests []*request) int {
	n := 0
	for _, r := range requests {
		n += len(r.units)
	}
	return n
}
