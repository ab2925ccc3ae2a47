package backfill

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"
	"time"

	"github.com/millrace/millrace/shared/broker"
	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/fault"
	"github.com/millrace/millrace/shared/pace"
)

const (
	// mostAtOnce is how many messages are sent before their position is stored: what may be fed twice after a crash.
	mostAtOnce = 200
	// progressEvery is how many messages of the history lie between two words on progress, when none is sent.
	progressEvery = 1000
	downPause     = time.Second
)

// feed is one run over the history.
type feed struct {
	request  Request
	result   *Result
	filler   *Filler
	position *position
	progress func(Result)
	count    bool // nothing is sent

	batch []broker.Message
	pace  pace.Pace
}

// run feeds what lies between the position and the end.
func (f *feed) run(ctx context.Context) error {
	if f.result.Next > f.result.End {
		return nil
	}
	if f.result.Resumed {
		if err := f.sameHistory(ctx); err != nil {
			return err
		}
	}
	err := f.filler.Broker.ReadHistory(ctx, f.request.Topic, broker.HistoryStart{Offset: f.result.Next}, func(e broker.HistoryEntry) error {
		return f.take(ctx, e)
	})
	if err != nil && ctx.Err() != nil {
		return fault.Interrupted(ctx.Err())
	}
	return err
}

// sameHistory finds out whether the history still is the one that the position was stored for: one that was deleted and
// made again counts from 0.
func (f *feed) sameHistory(ctx context.Context) error {
	last, ok, err := f.filler.Broker.HistoryEnd(ctx, f.request.Topic)
	if err != nil {
		return err
	}
	if !ok || last < f.result.End {
		return fmt.Errorf("the history of %s ends before offset %d, where this back-fill is to end: it was made anew since; begin again with --restart",
			f.request.Topic, f.result.End)
	}
	return nil
}

// take takes in one message of the history, and ends the reading behind the last.
func (f *feed) take(ctx context.Context, e broker.HistoryEntry) error {
	if f.position.next() < e.Offset {
		f.result.Gone += min(e.Offset, f.result.End+1) - f.position.next()
	}
	if e.Offset <= f.result.End {
		f.position.pass(e.Offset + 1)
		if f.position.row.within(e) {
			f.batch = append(f.batch, fed(e.Message))
		}
	} else {
		f.position.pass(f.result.End + 1)
	}
	last := e.Offset >= f.result.End
	if last || len(f.batch) >= f.pace.Batch(mostAtOnce) || len(f.batch) == 0 && e.Offset%progressEvery == 0 {
		if err := f.flush(ctx); err != nil {
			return err
		}
	}
	if last {
		return broker.ErrStop
	}
	return nil
}

// flush sends the batch, and stores the position once the broker has confirmed it: never earlier, or a crash between the two
// would lose messages to the group.
func (f *feed) flush(ctx context.Context) error {
	n := int64(len(f.batch))
	if n > 0 && !f.count {
		if err := f.pace.Wait(ctx, len(f.batch)); err != nil {
			return err
		}
		if err := f.send(ctx); err != nil {
			return err
		}
	}
	f.result.Messages += n
	f.result.Here += n
	if !f.count {
		if err := f.position.store(ctx, f.result.Messages, f.result.Gone); err != nil {
			return err
		}
	}
	f.result.Next = f.position.next()
	f.batch = nil
	f.say(false)
	return nil
}

// send sends the batch to the group's queue alone. A broker that is away is waited for.
func (f *feed) send(ctx context.Context) error {
	for {
		err := f.filler.Broker.SendToQueue(ctx, f.result.Queue, f.batch...)
		switch {
		case err == nil:
			return nil
		case errors.Is(err, broker.ErrNoQueue):
			return fmt.Errorf("the queue is gone while it was being fed: start the service %q, it declares its queue: %w", f.request.Group, err)
		case fault.ClassOf(err) != fault.ClassDependencyDown:
			return err
		}
		f.say(true)
		if err := pace.Sleep(ctx, downPause); err != nil {
			return err
		}
	}
}

// say tells how far it is.
func (f *feed) say(waiting bool) {
	if f.progress == nil {
		return
	}
	r := *f.result
	r.Waiting = waiting
	f.progress(r)
}

// fed returns a message of the history as it was first published: another group's troubles with it are not this one's.
func fed(m broker.Message) broker.Message {
	m.Metadata = maps.Clone(m.Metadata)
	maps.DeleteFunc(m.Metadata, func(key, _ string) bool {
		switch key {
		case event.KeyAttempt, event.KeyAttemptLog, event.KeyReplay, event.KeyDeadLetter:
			return true
		}
		return strings.HasPrefix(key, "dead_")
	})
	return m
}
