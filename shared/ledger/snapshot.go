package ledger

import (
	"time"

	"github.com/millrace/millrace/shared/broker"
	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/pipeline"
)

// results is how many results make a document complete.
const results = 4

// link is one result of the standard chain: the stage that makes it and the topic that it is published on. Each is made
// from the one before.
type link struct{ maker, topic string }

// chain returns the results in the order in which they are made.
func chain() [results]link {
	return [results]link{
		{pipeline.Generator, event.TopicReceived},
		{pipeline.Parser, event.TopicParsed},
		{pipeline.Classifier, event.TopicClassified},
		{pipeline.Extractor, event.TopicExtracted},
	}
}

// Snapshot is what the sources said at about the same time.
type Snapshot struct {
	At       time.Time // the database's clock
	Complete int64     // documents with all results
	States   []State   // documents that Postgres knows and that lack a result
	// Unannounced is content in the blob store that Postgres knows nothing of, without what the inbox still holds.
	Unannounced []Content
	NotAccepted []Document
	Lost        []Document // content and layouts that the blob store has lost
	LostStored  int64      // how many documents of Lost are complete
	Queues      []broker.QueueStats
	Unfiled     int64 // failures whose dead letter is not in the store of dead letters yet
	DeadUnnamed int64
	Rejected    *int64
	Doubled     []Doubled
}

// State is what Postgres knows of a document.
type State struct {
	ID, Name string
	Has      [results]bool // which results are stored
	Deaths   []Death
	Seen     time.Time // when Postgres last heard of it
	Last     Seen      // the furthest event
}

// Death is a dead letter of a document that no later success has closed.
type Death struct {
	Stage     string // that gave up
	Topic     string // of the message
	Kind      string // machine-readable reason
	Discarded bool
	Unfiled   bool // the sink has recorded it; the message is not in the store of dead letters yet
}

// Content is a document that only the blob store knows.
type Content struct {
	ID   string
	Seen time.Time // when it was put; as seen by the database's clock
}

// wait is a result that a document lacks. A lapse is one that was made, as later ones show; only the sink has it to store.
type wait struct {
	result int
	lapse  bool
}

// next returns the first result that nobody is known to have made; results when all were.
func (s State) next() int {
	next := 0
	for i, has := range s.Has {
		if has {
			next = i + 1
		}
	}
	for i, l := range chain() {
		for _, d := range s.Deaths {
			// Who gives up on a message was given it.
			if d.Topic == l.topic || i+1 < results && d.Stage == chain()[i+1].maker {
				next = max(next, i+1)
			}
		}
	}
	return next
}

// waits returns the results that the document lacks and that somebody should be about to make or store.
func (s State) waits() []wait {
	var all []wait
	next := s.next()
	for i := range min(next, results) {
		if !s.Has[i] {
			all = append(all, wait{i, true})
		}
	}
	if next < results {
		all = append(all, wait{next, false})
	}
	return all
}

// death returns the death that explains why a result is not there, nil when none does.
func (s State) death(w wait) *Death {
	var found *Death
	for i, d := range s.Deaths {
		l := chain()[w.result]
		if d.Stage == pipeline.Sink && d.Topic != l.topic || d.Stage != pipeline.Sink && (w.lapse || d.Stage != l.maker) {
			continue
		}
		if found == nil || found.Discarded || found.Unfiled && !d.Discarded {
			found = &s.Deaths[i]
		}
	}
	return found
}

// given reports whether any of the waits ended in a dead letter that is open, and whether in one that was discarded.
func (s State) given(waits []wait) (dead, discarded bool) {
	for _, w := range waits {
		if d := s.death(w); d != nil {
			dead, discarded = dead || !d.Discarded, discarded || d.Discarded
		}
	}
	return dead, discarded
}

// queue returns what waits for a consumer group of a topic.
func (s Snapshot) queue(group, topic string) broker.QueueStats {
	for _, q := range s.Queues {
		if q.Group == group && q.Topic == topic {
			return q
		}
	}
	return broker.QueueStats{}
}

// named returns a queue of no group.
func (s Snapshot) named(name string) int {
	for _, q := range s.Queues {
		if q.Group == "" && q.Queue == name {
			return q.Ready
		}
	}
	return 0
}

// floating returns how many messages may belong to a document in any stage: dead letters that nobody has recorded. Every
// dead letter goes to two groups; that of deadletters may still hold what the sink has recorded. What met no queue explains
// nothing: nobody will ever take it from there.
func (s Snapshot) floating() int {
	unrecorded := waiting(s.queue(pipeline.Sink, event.TopicDeadLetter))
	if kept := waiting(s.queue(pipeline.DeadLetters, event.TopicDeadLetter)) - int(s.Unfiled); kept > unrecorded {
		unrecorded = kept
	}
	return unrecorded + s.named(broker.ParkedQueue)
}

// waiting sums up a group's queues.
func waiting(q broker.QueueStats) int { return q.Ready + q.Retry + q.Suspect }
