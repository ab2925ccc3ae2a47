package sandbox

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/millrace/millrace/shared/fault"
	"github.com/millrace/millrace/shared/pdf"
	"github.com/millrace/millrace/shared/pdf/reader"
)

// task is the reading of one document in the child of one slot.
type task struct {
	pool    *Pool
	child   *process // nil where none is running
	content []byte
}

// read reads the document as a whole, and by other means where that fails.
func (t *task) read(ctx context.Context) (Result, error) {
	ask := request{Limits: t.pool.cfg.Limits, Options: t.pool.options}
	reply, body, err := t.ask(ctx, ask)
	switch {
	case err == nil:
		return Result{Summary: reply.Summary, Layout: body}, nil
	case !failedAsAWhole(err) || t.pool.cfg.Limits.Rescue < 0:
		return Result{}, err
	}
	return t.rescue(ctx, err)
}

// failedAsAWhole reports whether a document ended its reader, or ran into a limit: other means, or some of its pages, may not.
func failedAsAWhole(err error) bool {
	switch fault.KindOf(err) {
	case pdf.KindTimeout, pdf.KindOutOfMemory, pdf.KindCrashed:
		return fault.ClassOf(err) == fault.ClassPermanent
	}
	return false
}

// ask asks a child, and asks again when PDFium had to be compiled first. The answer says how many pages the document has even with
// an error, where the child could count them.
func (t *task) ask(ctx context.Context, ask request) (answer, []byte, error) {
	ask.Options.Cache, ask.Options.Wait = t.pool.engine.ready()
	reply, body, err := t.persist(ctx, ask)
	if err == nil && reply.Compile {
		ask.Options.Cache = t.pool.engine.compile(ctx)
		ask.Options.Wait = false // without a cache the child compiles for itself
		reply, body, err = t.persist(ctx, ask)
	}
	return reply, body, err
}

// persist asks a child, and another one when the first was killed from outside.
func (t *task) persist(ctx context.Context, ask request) (answer, []byte, error) {
	reply, body, err := t.attempt(ctx, ask)
	if errors.Is(err, errKilledFromOutside) && ctx.Err() == nil {
		t.pool.cfg.Log.Warn("a reading process was killed from outside; trying the document once more")
		reply, body, err = t.attempt(ctx, ask)
	}
	return reply, body, err
}

// attempt asks the slot's child, or a new one. A child that died or is worn out leaves the slot empty.
func (t *task) attempt(ctx context.Context, ask request) (answer, []byte, error) {
	if t.child == nil {
		var err error
		if t.child, err = t.pool.starter.start(); err != nil {
			return answer{}, nil, fmt.Errorf("start a reading process: %w", err)
		}
	}
	if t.child.documents == 0 {
		ask.Vault = &t.pool.vault
	}
	reply, body, err := t.child.ask(ctx, t.pool.closing, ask, t.content)
	if err != nil {
		t.child.kill()
		t.child = nil
		return answer{}, nil, err
	}
	t.child.documents++
	t.pool.warnOf(reply.Missing)
	if t.child.documents >= t.pool.cfg.Recycle || reply.Used.Heap > uint64(t.pool.cfg.Limits.Memory)/2 {
		t.child.kill()
		t.child = nil
	}
	if reply.Fault != nil {
		return reply, nil, reply.Fault.fault()
	}
	return reply, body, nil
}

// rescue tries a document that failed as a whole by PDFium, then page by page.
func (t *task) rescue(ctx context.Context, first error) (Result, error) {
	deadline := time.Now().Add(t.pool.cfg.Limits.Rescue)
	because := fault.KindOf(first) + ", by " + pdf.Engine
	if t.pool.cfg.Engine == reader.Best {
		ask := request{Limits: t.pool.cfg.Limits, Options: t.pool.options}
		ask.Limits.Time = min(ask.Limits.Time, t.pool.cfg.Limits.Rescue/3)
		ask.Options.Engine, ask.Options.Because = reader.Pdfium, because
		reply, body, err := t.ask(ctx, ask)
		if err == nil {
			return Result{Summary: reply.Summary, Layout: body}, nil
		}
		if fault.ClassOf(err) == fault.ClassInterrupted {
			return Result{}, err
		}
		if !failedAsAWhole(err) {
			return Result{}, first
		}
	}
	b := &bisection{task: t, deadline: deadline, because: because, strikes: map[string]int{}}
	return b.read(ctx, first)
}
