package inbox

import (
	"time"

	"github.com/millrace/millrace/shared/fault"
)

// Kinds of the DependencyDown faults that the inbox's own folders cause.
const (
	kindFolder   = "inbox"       // the folder cannot be looked at
	kindClaims   = "inbox_claim" // nothing can be claimed in it
	kindArchive  = "archive"
	kindRejected = "rejected"
)

// trouble is what keeps all files waiting: a dependency that is down. Guarded by Inbox.mu.
type trouble struct {
	err   error
	tries int
	until time.Time // when to find out whether it is over
}

// suffer records that a dependency is down and returns when to try again. The first word of it is logged, and each
// change of it; not every attempt.
func (x *Inbox) suffer(err error) time.Time {
	x.mu.Lock()
	defer x.mu.Unlock()
	now := time.Now()
	if x.trouble.err == nil || fault.KindOf(x.trouble.err) != fault.KindOf(err) {
		x.cfg.Log.Warn("the inbox waits", "dependency", fault.KindOf(err), "error", err)
	}
	x.trouble.err = err
	if !x.trouble.until.After(now) { // the failures of one round count once
		x.trouble.until = now.Add(delay(x.trouble.tries, dependencyDelay))
		x.trouble.tries++
	}
	return x.trouble.until
}

// recovered records that one of the named dependencies works ("" stands for all but the rejected folder), and lets the
// files that waited go on.
func (x *Inbox) recovered(dependency string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	kind := fault.KindOf(x.trouble.err)
	if x.trouble.err == nil || (dependency == "" && kind == kindRejected) || (dependency != "" && kind != dependency) {
		return
	}
	x.cfg.Log.Info("the inbox goes on", "dependency", kind)
	x.trouble = trouble{}
	for _, c := range x.held {
		if c.waits {
			c.due, c.waits = time.Time{}, false
		}
	}
	x.nudge()
}

// calm ends the trouble when no file is left that suffers from it: nothing would ever find out that it is over.
func (x *Inbox) calm() {
	x.mu.Lock()
	defer x.mu.Unlock()
	if len(x.held) == 0 && len(x.looks) == 0 {
		x.trouble = trouble{}
	}
}

// delay returns the wait before the attempt after n failed ones.
func delay(n int, most time.Duration) time.Duration {
	d := firstDelay << min(n, 20)
	return min(d, most)
}
