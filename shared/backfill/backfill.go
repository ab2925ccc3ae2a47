// Package backfill feeds one consumer group from a topic's history: what was published before the group was there, into that
// group's queue and nobody else's.
//
// It knows the history, the queue and the position it keeps in Postgres, and nothing of what the messages say or of what the
// group does with them. Messages keep their ids, so a group that has some of them already sees the same event twice.
package backfill

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/millrace/millrace/shared/broker"
	"github.com/millrace/millrace/shared/fault"
	"github.com/millrace/millrace/shared/pace"
	"github.com/millrace/millrace/shared/postgres"
)

// settle lies between seeing the queue and fixing the end. A queue is bound to its topic right after it is made, and what was
// published before the binding may still be on its way into the history; what falls between is fed, at worst once too often.
const settle = time.Second

// Request says what to feed to whom.
type Request struct {
	Topic, Group string
	From, To     time.Time // of the events; zero: no bound
	Selection    string    // From and To as the user gave them: what goes on with a back-fill must ask for the same
	Rate         float64   // messages per second at most; 0: as fast as the broker takes them
	Restart      bool      // begin anew, whatever is unfinished
	By           string    // who asks, for the record
}

// Result says how a back-fill stands. As JSON it is what the command line prints.
type Result struct {
	ID        string     `json:"backfill_id,omitempty"` // empty for a count
	Topic     string     `json:"topic"`
	Group     string     `json:"group"`
	Queue     string     `json:"queue"`
	State     string     `json:"state"`             // running (can be gone on with) or done; counted for a count
	Resumed   bool       `json:"resumed"`           // it goes on where an earlier one stopped
	Messages  int64      `json:"messages"`          // fed, by earlier runs too; for a count, those that would be
	Here      int64      `json:"messages_this_run"` // fed by this run
	From      *time.Time `json:"from"`
	To        *time.Time `json:"to"`
	First     int64      `json:"first_offset"`
	Next      int64      `json:"next_offset"`
	End       int64      `json:"end_offset"` // less than First where there is nothing to feed
	Gone      int64      `json:"gone"`       // dropped by the history while it was being fed
	Reaches   bool       `json:"reaches"`    // the history reaches back to the beginning of what was asked for
	OldestAt  *time.Time `json:"oldest_at"`  // time of the oldest message in the history; null where not known
	StartedAt time.Time  `json:"-"`          // of this run
	Waiting   bool       `json:"-"`          // for a broker that is away
}

// Share returns how much of the range is behind, 0 to 1.
func (r Result) Share() float64 {
	if r.End < r.First {
		return 1
	}
	return float64(r.Next-r.First) / float64(r.End-r.First+1)
}

// Filler feeds groups. It is safe for concurrent use.
type Filler struct {
	Broker *broker.Broker
	Pool   *postgres.Pool
}

// ErrBusy says that another program is feeding the same group from the same topic now.
var ErrBusy = errors.New("another back-fill of this group and topic is running")

// Run feeds what the request asks for, and goes on with an unfinished back-fill of the same group and topic where it stopped.
// The end is fixed at the start: the queue exists by then, so later messages reach it by themselves. progress, which may be
// nil, is called now and then from this goroutine.
//
// The result is valid with an error, too: an interrupted back-fill is "running" and the same request goes on with it, from
// the last position that was stored after the broker's confirm, so that a batch may be fed twice. A broker that is away is
// waited for. The error wraps [broker.ErrNoQueue] where the group's queue or the topic's history does not exist, or
// [ErrBusy]; else it is a fault or says what does not fit.
func (f *Filler) Run(ctx context.Context, r Request, progress func(Result)) (Result, error) {
	result := Result{Topic: r.Topic, Group: r.Group, Queue: group(r).Queue(), State: stateRunning, StartedAt: time.Now()}
	if err := f.queueExists(ctx, r); err != nil {
		return result, err
	}
	p, err := lock(ctx, f.Pool, r.Topic, r.Group)
	if err != nil {
		return result, err
	}
	defer p.conn.Release()
	found, err := p.unfinished(ctx, r)
	if err != nil {
		return result, err
	}
	if !found {
		if err := f.begin(ctx, r, p); err != nil {
			return result, err
		}
	}
	p.into(&result)
	result.Resumed = found
	feed := &feed{request: r, result: &result, filler: f, position: p, progress: progress, pace: pace.Pace{PerSecond: r.Rate}}
	if err := feed.run(ctx); err != nil {
		return result, err
	}
	result.State = stateDone
	return result, p.finish(ctx)
}

// Count says how many messages Run would feed, from the beginning, without feeding any.
func (f *Filler) Count(ctx context.Context, r Request, progress func(Result)) (Result, error) {
	result := Result{Topic: r.Topic, Group: r.Group, Queue: group(r).Queue(), State: "counted", StartedAt: time.Now()}
	if err := f.queueExists(ctx, r); err != nil {
		return result, err
	}
	span, err := f.span(ctx, r)
	if err != nil {
		return result, err
	}
	p := &position{row: row{Span: span, Next: span.First}}
	p.into(&result)
	feed := &feed{request: r, result: &result, progress: progress, filler: f, position: p, count: true}
	return result, feed.run(ctx)
}

// begin fixes the range and puts it on record.
func (f *Filler) begin(ctx context.Context, r Request, p *position) error {
	if err := pace.Sleep(ctx, settle); err != nil {
		return fault.Interrupted(err)
	}
	span, err := f.span(ctx, r)
	if err != nil {
		return err
	}
	return p.begin(ctx, r, span, strings.ToLower(rand.Text()[:10]))
}

// queueExists makes sure that there is somebody to feed.
func (f *Filler) queueExists(ctx context.Context, r Request) error {
	stats, err := f.Broker.Stats(ctx, []broker.Group{group(r)})
	if err != nil {
		return fmt.Errorf("look for the queue of group %s: %w", r.Group, err)
	}
	for _, q := range stats {
		for _, name := range q.Missing {
			if name == group(r).Queue() {
				return fmt.Errorf("%w: %s: start the service %q first, it declares its queue; the back-fill can be run while it works",
					broker.ErrNoQueue, f.Broker.QualifiedName(name), r.Group)
			}
		}
	}
	return nil
}

func group(r Request) broker.Group { return broker.Group{Name: r.Group, Topic: r.Topic} }
