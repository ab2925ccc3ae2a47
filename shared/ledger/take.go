package ledger

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/millrace/millrace/shared/blob"
	"github.com/millrace/millrace/shared/broker"
	"github.com/millrace/millrace/shared/postgres"
)

// DefaultGrace is how long a message may be in a consumer's hands where nothing else is set: with the standard prefetch it
// waits for three calls of the stage's function and then has its own, 5 minutes each, and the answer has to be stored.
const DefaultGrace = 21 * time.Minute

// Pauses between looks at documents that may be in somebody's hands.
const (
	shortPause = 250 * time.Millisecond
	longPause  = 5 * time.Second
)

// Sources is where the books are kept. All but Inbox and Rejected are required.
type Sources struct {
	Broker   *broker.Broker
	Groups   []broker.Group // as the services declare them
	Postgres *postgres.Pool // may read schema millrace
	Blobs    *blob.Store
	Inbox    string // folder; empty where it is not on this machine
	Rejected string // folder of refused files; empty where it is not on this machine
}

// Options says how patient the ledger is.
type Options struct {
	// Grace is how long a message may be in a consumer's hands. 0 is for a drained system: nobody holds anything.
	Grace time.Duration
	// Watching is told of every look after which documents are missed that may be in a consumer's hands, and until when
	// they are watched. May be nil.
	Watching func(l Ledger, until time.Time)
}

// Take reads the sources and draws up the ledger. It returns at once when everything is accounted for, or was heard of
// within the grace. Otherwise it looks again until what is missed has turned up, or has not been seen in any queue for the
// whole of the grace: only then can it be in nobody's hands. It takes two looks at least before it calls anything missing.
//
// Errors are faults of the sources; a ledger with missing documents is no error. Take writes nothing.
func Take(ctx context.Context, s Sources, o Options) (Ledger, error) {
	if s.Broker == nil || s.Postgres == nil || s.Blobs == nil || o.Grace < 0 {
		return Ledger{}, errors.New("the ledger needs a broker, Postgres, a blob store, and a grace that is not negative")
	}
	k := &keeper{sources: s}
	begin := time.Now()
	p := patience{grace: o.Grace}
	for pause := shortPause; ; pause = min(2*pause, longPause) {
		snapshot, err := k.look(ctx)
		if err != nil {
			return Ledger{}, err
		}
		l := balance(snapshot, p)
		watched := l.watched()
		switch {
		case len(watched) == 0:
			return l, nil
		case p.suspects != nil && time.Since(begin) >= o.Grace:
			return l, nil
		}
		p.suspects = watched
		if o.Watching != nil {
			o.Watching(l, begin.Add(o.Grace))
		}
		select {
		case <-ctx.Done():
			return Ledger{}, fmt.Errorf("watch documents that are unaccounted for: %w", ctx.Err())
		case <-time.After(min(pause, max(shortPause, o.Grace-time.Since(begin)))):
		}
	}
}

// watched returns the documents that may turn up if they are looked for again.
func (l Ledger) watched() map[string]bool {
	all := map[string]bool{}
	for _, d := range l.Missing {
		if d.Loss != LossContent && d.Loss != LossLayout {
			all[d.ID] = true
		}
	}
	return all
}

// keeper takes looks. What the blob store holds, and what Postgres holds twice, is listed once: later looks only ask after
// what was amiss.
type keeper struct {
	sources Sources
	shelf   *shelf // nil before the first look
	doubled []Doubled
}

// look takes one snapshot: the queues, Postgres, and the queues again. A document that waits for a result in Postgres
// and whose message is on the move between the two counts of the queues is in one of them at least.
func (k *keeper) look(ctx context.Context) (Snapshot, error) {
	before, err := k.sources.Broker.Stats(ctx, k.sources.Groups)
	if err != nil {
		return Snapshot{}, err
	}
	in, err := readPostgres(ctx, k.sources.Postgres, k.shelf == nil)
	if err != nil {
		return Snapshot{}, err
	}
	k.doubled = append(k.doubled, in.doubled...)
	after, err := k.sources.Broker.Stats(ctx, k.sources.Groups)
	if err != nil {
		return Snapshot{}, err
	}
	s := Snapshot{At: in.at, Complete: in.complete, Queues: larger(before, after), Unfiled: in.unfiled, DeadUnnamed: in.deadUnnamed, Doubled: k.doubled}
	if k.shelf == nil {
		listed, err := listStore(ctx, k.sources.Blobs, in.known)
		if err != nil {
			return Snapshot{}, err
		}
		k.shelf = &listed
	}
	excused := map[string]bool{}
	for _, state := range in.states {
		accepted, err := k.accepted(state)
		switch {
		case err != nil:
			return Snapshot{}, err
		case accepted:
			s.States = append(s.States, state)
			excused[state.ID] = slices.ContainsFunc(state.Deaths, func(d Death) bool { return d.Kind == kindMissing })
		default:
			s.DeadUnnamed++
			excused[state.ID] = true
		}
	}
	if s.Unannounced, s.NotAccepted, err = k.shelf.unannounced(in.known, k.sources.Inbox, in.at); err != nil {
		return Snapshot{}, err
	}
	if s.Lost, s.LostStored, err = k.shelf.stillLost(ctx, k.sources.Blobs, k.sources.Postgres, in.known, excused); err != nil {
		return Snapshot{}, err
	}
	s.Rejected, err = countRejected(k.sources.Rejected)
	return s, err
}

// accepted reports whether a document was ever taken in. A message that is no event may name anything: its dead letter alone
// makes no document.
func (k *keeper) accepted(s State) (bool, error) {
	if s.Last.Topic != "" || s.Has != [results]bool{} {
		return true, nil
	}
	_, err := k.sources.Blobs.Stat(blob.Ref("sha256:" + s.ID))
	if err != nil && !missing(err) {
		return false, err
	}
	return err == nil, nil
}

// larger merges two counts of the same queues.
func larger(a, b []broker.QueueStats) []broker.QueueStats {
	out := slices.Clone(a)
	for i := range out {
		out[i].Ready = max(a[i].Ready, b[i].Ready)
		out[i].Retry = max(a[i].Retry, b[i].Retry)
		out[i].Suspect = max(a[i].Suspect, b[i].Suspect)
		out[i].Consumers = max(a[i].Consumers, b[i].Consumers)
	}
	return out
}
