package backfill

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/millrace/millrace/shared/broker"
	"github.com/millrace/millrace/shared/event"
)

// Span is a range of a topic's history.
type Span struct {
	First   int64      `db:"first_offset"`
	End     int64      `db:"end_offset"` // included; First-1 where the range is empty
	From    *time.Time `db:"from_time"`
	To      *time.Time `db:"to_time"`
	Reaches bool       `db:"reaches"` // the history reaches back to the beginning of what was asked for
	oldest  *time.Time // time of the oldest message that is kept
}

// span finds the range that a request asks for, as the history is now.
func (f *Filler) span(ctx context.Context, r Request) (Span, error) {
	s := Span{End: -1, Reaches: true, From: optional(r.From), To: optional(r.To)}
	end, ok, err := f.Broker.HistoryEnd(ctx, r.Topic)
	if errors.Is(err, broker.ErrNoQueue) {
		return s, fmt.Errorf("topic %s has no history to feed from: is it a topic of this installation, and MILLRACE_HISTORY_MAX_BYTES above 0? %w", r.Topic, err)
	}
	if err != nil || !ok {
		return s, err
	}
	s.End = end
	oldest, err := f.entry(ctx, r.Topic, broker.HistoryStart{})
	if err != nil {
		return s, err
	}
	s.First = oldest.Offset
	if at := timeOf(oldest); !at.IsZero() {
		s.oldest = &at
		s.Reaches = oldest.Offset == 0 || !r.From.IsZero() && !at.After(r.From)
	}
	if r.From.IsZero() {
		return s, nil
	}
	last, err := f.entry(ctx, r.Topic, broker.HistoryStart{Offset: end})
	if err != nil {
		return s, err
	}
	if timeOf(last).Before(r.From) { // waiting for a younger one could take for ever
		s.First = s.End + 1
		return s, nil
	}
	first, err := f.entry(ctx, r.Topic, broker.HistoryStart{Time: r.From})
	s.First = first.Offset
	return s, err
}

// entry returns the first message of the history from a place on.
func (f *Filler) entry(ctx context.Context, topic string, from broker.HistoryStart) (broker.HistoryEntry, error) {
	var entry broker.HistoryEntry
	err := f.Broker.ReadHistory(ctx, topic, from, func(e broker.HistoryEntry) error {
		entry = e
		return broker.ErrStop
	})
	return entry, err
}

// within reports whether an event belongs to the range by its time; one without a time does.
func (s Span) within(e broker.HistoryEntry) bool {
	at := timeOf(e)
	return at.IsZero() || (s.From == nil || !at.Before(*s.From)) && (s.To == nil || !at.After(*s.To))
}

func timeOf(e broker.HistoryEntry) time.Time { return event.ParseEnvelope(e.Message.Metadata).Time }

func optional(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
