package ledger

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/millrace/millrace/shared/broker"
	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/pipeline"
)

// handful is how many messages a subscription may hold, at most, that its queue does not count. The sink asks for 200, the other
// stages for four times their workers; a stage that is set to more than this can be suspected wrongly while its queue is long.
const handful = 512

// patience decides which documents have been out of sight for long enough to be missed.
type patience struct {
	grace time.Duration
	// suspects are the ones that every look so far has missed; nil before the first look.
	suspects map[string]bool
}

func (p patience) lost(id string, unseen time.Duration) bool {
	return unseen >= p.grace && (p.suspects == nil || p.suspects[id])
}

// Balance does the arithmetic. A document that nobody has heard of for less than grace may be in a consumer's hands and is
// in flight.
func Balance(s Snapshot, grace time.Duration) Ledger { return balance(s, patience{grace: grace}) }

func balance(s Snapshot, p patience) Ledger {
	b := &books{
		s: s, p: p, gone: map[string]bool{}, vain: map[vain]bool{}, unnamed: map[int]int64{},
		l: Ledger{
			At: s.At, Missing: []Document{}, Shortages: []Shortage{}, Doubled: []Doubled{}, NotAccepted: []Document{},
			Strays: Strays{Unrouted: s.named(broker.UnroutedQueue), Parked: s.named(broker.ParkedQueue), DeadUnnamed: s.DeadUnnamed, NoQueue: []string{}},
		},
	}
	for _, q := range s.Queues {
		b.l.Strays.NoQueue = append(b.l.Strays.NoQueue, q.Missing...)
	}
	b.l.Doubled = append(b.l.Doubled, s.Doubled...)
	b.l.NotAccepted = append(b.l.NotAccepted, s.NotAccepted...)
	b.sort()
	for i := range results {
		b.missOf(i)
	}
	b.checkUnfiled()
	for _, d := range s.Lost {
		b.miss(d)
	}
	b.stages()
	b.total()
	return b.l
}

// pending is a document that waits for a result.
type pending struct {
	state   State
	content bool // known to the blob store only
}

// class is all that waits for one result.
type class struct {
	next, lapsed    []pending // to be made, or at least stored; to be stored only
	dead, discarded int64     // instead of being made
	retry           int64     // messages
}

// vain is a wait that is in vain.
type vain struct {
	id string
	wait
}

// books is one balance in the making.
type books struct {
	s       Snapshot
	p       patience
	l       Ledger
	classes [results]class
	gone    map[string]bool // documents that are missed for certain
	vain    map[vain]bool   // and what they waited for
	unnamed map[int]int64   // how many are missed without a name, by result
	unfiled []pending       // dead, and not in the store of dead letters
}

// sort puts every document that is not complete into the classes of what it waits for.
func (b *books) sort() {
	for _, s := range b.s.States {
		for _, w := range s.waits() {
			c := &b.classes[w.result]
			d := s.death(w)
			if d != nil && d.Unfiled {
				b.unfiled = append(b.unfiled, pending{state: s})
			}
			switch {
			case d != nil && w.lapse: // counted for the sink, see stages
			case d != nil && d.Discarded:
				c.discarded++
			case d != nil:
				c.dead++
			case w.lapse:
				c.lapsed = append(c.lapsed, pending{state: s})
			default:
				c.next = append(c.next, pending{state: s})
			}
		}
	}
	for _, u := range b.s.Unannounced {
		b.classes[0].next = append(b.classes[0].next, pending{state: State{ID: u.ID, Seen: u.Seen}, content: true})
	}
}

// missOf finds out which documents that wait for a result are in none of the queues that may hold them.
func (b *books) missOf(i int) {
	c, l := &b.classes[i], chain()[i]
	sink := b.s.queue(pipeline.Sink, l.topic)
	var made broker.QueueStats
	if i > 0 {
		made = b.s.queue(l.maker, chain()[i-1].topic)
	}
	c.retry = int64(made.Retry + made.Suspect + sink.Retry + sink.Suspect)
	// What waits at the sink may be of either kind: only where it is none or one kind waits can they be told apart.
	if waiting(sink) > 0 && len(c.next) > 0 && len(c.lapsed) > 0 {
		b.check(i, append(slices.Clone(c.next), c.lapsed...), made, sink)
		return
	}
	b.check(i, c.next, made, sink)
	b.check(i, c.lapsed, sink)
}

// check compares the documents that wait for result i with the messages in the queues that may hold theirs.
func (b *books) check(i int, all []pending, queues ...broker.QueueStats) {
	held, hands := b.s.floating(), inHands(b.s.queue(pipeline.Sink, event.TopicDeadLetter))
	for _, q := range queues {
		held += waiting(q)
		hands += inHands(q)
	}
	old, short := b.short(all, held, hands)
	if short <= 0 {
		return
	}
	certain := short == len(old)
	for _, d := range old {
		b.miss(b.describe(i, d, certain))
		b.vain[vain{d.state.ID, wait{i, !d.content && i < d.state.next()}}] = certain
	}
	if !certain {
		b.l.Shortages = append(b.l.Shortages, Shortage{Stage: chain()[i].maker, Missing: int64(short), Among: int64(len(old))})
		b.unnamed[i] += int64(short)
	}
}

// checkUnfiled looks for dead letters of which only the sink's record is left: nobody could send them again.
func (b *books) checkUnfiled() {
	q := b.s.queue(pipeline.DeadLetters, event.TopicDeadLetter)
	old, short := b.short(b.unfiled, waiting(q)+b.s.named(broker.ParkedQueue), inHands(q))
	if short <= 0 || short < len(old) {
		return // those that wait may be any of them, and none of them is out of sight: the sink knows them
	}
	for _, d := range old {
		stage := d.state.next()
		out := Document{ID: d.state.ID, Name: d.state.Name, Loss: LossDeadLetter, Stage: chain()[min(stage, results-1)].maker, Certain: true, Last: d.state.Last}
		out.Last.Text = "it is dead; its message, which a replay needs, is nowhere"
		b.miss(out)
	}
}

// inHands returns how many messages a queue's consumers may hold. An empty queue's consumers hold nothing for long.
func inHands(q broker.QueueStats) int {
	if waiting(q) == 0 {
		return 0
	}
	return handful * q.Consumers
}

// short returns how many documents are missing, where so many messages are held by queues and so many may be in hands: and
// those that they are among, the oldest first.
func (b *books) short(all []pending, held, hands int) (old []pending, missing int) {
	for _, d := range all {
		if b.p.lost(d.state.ID, b.s.At.Sub(d.state.Seen)) {
			old = append(old, d)
		}
	}
	slices.SortFunc(old, func(x, y pending) int {
		return cmp.Or(x.state.Seen.Compare(y.state.Seen), cmp.Compare(x.state.ID, y.state.ID))
	})
	young := len(all) - len(old)
	return old, len(all) - held - young - hands
}

// miss names a document; of several reasons the first is kept.
func (b *books) miss(d Document) {
	if b.gone[d.ID] {
		return
	}
	b.l.Missing = append(b.l.Missing, d)
	b.gone[d.ID] = d.Certain
}

// describe says what is missing of a document, and where it was seen last.
func (b *books) describe(i int, d pending, certain bool) Document {
	l := chain()[i]
	out := Document{ID: d.state.ID, Name: d.state.Name, Stage: l.maker, Certain: certain, Last: d.state.Last}
	switch {
	case d.content:
		out.Loss = LossAnnouncement
		out.Last = Seen{At: d.state.Seen, Text: "its content is in the blob store; no event of it was ever stored"}
	case i < d.state.next():
		out.Loss = LossResult
		out.Last.Text = fmt.Sprintf("%s was made, as later results show; it was never stored", l.topic)
	default:
		out.Loss = LossAnswer
		out.Last.Text = fmt.Sprintf("%s is stored; the %s's answer to it is nowhere", chain()[i-1].topic, l.maker)
	}
	return out
}

// stages fills in the equation of each stage.
func (b *books) stages() {
	rejected := int64(0)
	if b.s.Rejected != nil {
		rejected = *b.s.Rejected
	}
	known := b.s.Complete + int64(len(b.s.States))
	generator := Stage{Stage: pipeline.Generator, Done: known, Rejected: rejected}
	b.finish(&generator, 0)
	b.l.Stages = append(b.l.Stages, generator)
	for i := 1; i < results; i++ {
		stage := Stage{Stage: chain()[i].maker, Done: b.s.Complete}
		for _, s := range b.s.States {
			if s.next() > i {
				stage.Done++
			}
		}
		b.finish(&stage, i)
		b.l.Stages = append(b.l.Stages, stage)
	}
	b.l.Stages = append(b.l.Stages, b.sinkStage())
}

// finish divides what waits for result i among the columns.
func (b *books) finish(stage *Stage, i int) {
	c := &b.classes[i]
	stage.Dead, stage.Discarded = c.dead, c.discarded
	stage.Missing = min(b.unnamed[i], int64(len(c.next)))
	for _, d := range c.next {
		if b.vain[vain{d.state.ID, wait{i, false}}] {
			stage.Missing++
		}
	}
	left := int64(len(c.next)) - stage.Missing
	stage.Retry = min(c.retry, left)
	stage.InFlight = left - stage.Retry
	stage.In = stage.Done + int64(len(c.next)) + c.dead + c.discarded + stage.Rejected
}

// sinkStage counts the documents of which a result was made and is not stored.
func (b *books) sinkStage() Stage {
	stage := Stage{Stage: pipeline.Sink, Done: b.s.Complete}
	for _, s := range b.s.States {
		var lapses []wait
		for _, w := range s.waits() {
			if w.lapse {
				lapses = append(lapses, w)
			}
		}
		if len(lapses) == 0 {
			continue
		}
		stage.In++
		dead, discarded := s.given(lapses)
		switch {
		case slices.ContainsFunc(lapses, func(w wait) bool { return b.vain[vain{s.ID, w}] }):
			stage.Missing++
		case dead:
			stage.Dead++
		case discarded:
			stage.Discarded++
		default:
			stage.InFlight++
		}
	}
	for _, l := range chain() {
		q := b.s.queue(pipeline.Sink, l.topic)
		stage.Retry += int64(q.Retry + q.Suspect)
	}
	stage.Retry = min(stage.Retry, stage.InFlight)
	stage.InFlight -= stage.Retry
	stage.In += stage.Done
	return stage
}

// total fills in the equation of the whole: every document is in one column.
func (b *books) total() {
	t := &b.l.Total
	t.Stored = b.s.Complete - b.s.LostStored
	for _, s := range b.s.States {
		dead, discarded := s.given(s.waits())
		switch {
		case b.gone[s.ID]:
		case dead:
			t.Dead++
		case discarded:
			t.Discarded++
		default:
			t.InFlight++
		}
	}
	for _, u := range b.s.Unannounced {
		if !b.gone[u.ID] {
			t.InFlight++
		}
	}
	for _, certain := range b.gone {
		if certain {
			t.Missing++
		}
	}
	var unnamed, retry int64
	for i := range b.classes {
		unnamed += b.unnamed[i]
		retry += b.classes[i].retry
	}
	unnamed = min(unnamed, t.InFlight)
	t.InFlight -= unnamed
	t.Missing += unnamed
	t.Retry = min(retry, t.InFlight)
	t.InFlight -= t.Retry
	t.Rejected = b.s.Rejected
	t.Accepted = t.Stored + t.InFlight + t.Retry + t.Dead + t.Discarded + t.Missing
	if t.Rejected != nil {
		t.Accepted += *t.Rejected
	}
}
