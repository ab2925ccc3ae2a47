package ledger

import (
	"github.com/millrace/millrace/shared/broker"
	"github.com/millrace/millrace/shared/pipeline"
)

// Waiting is a result that a document lacks and that somebody should be about to make or to store.
type Waiting struct {
	Stage string // that makes the result
	Topic string // that the result is published on
	// Given is the topic of the event that the stage makes it from; empty for the generator.
	Given string
	// Made is true where a later result shows that it was made: only the sink has it to store.
	Made  bool
	Death *Death // the dead letter that explains why it is not there; nil when none does
	// Queues are those that may hold the document's message, as they are in the given counts.
	Queues []broker.QueueStats
}

// Locate says what a document waits for, the earliest result first; nothing when it is complete. Queues may be nil.
func Locate(s State, queues []broker.QueueStats) []Waiting {
	var all []Waiting
	snapshot := Snapshot{Queues: queues}
	for _, w := range s.waits() {
		l := chain()[w.result]
		out := Waiting{Stage: l.maker, Topic: l.topic, Made: w.lapse, Death: s.death(w)}
		if w.result > 0 {
			out.Given = chain()[w.result-1].topic
		}
		if !w.lapse && w.result > 0 {
			out.Queues = append(out.Queues, snapshot.queue(l.maker, out.Given))
		}
		out.Queues = append(out.Queues, snapshot.queue(pipeline.Sink, l.topic))
		all = append(all, out)
	}
	return all
}

// StateOf returns the state of a document with the given results, by the stages that made them (see package pipeline).
func StateOf(id string, stages map[string]bool, deaths []Death) State {
	s := State{ID: id, Deaths: deaths}
	for i, l := range chain() {
		s.Has[i] = stages[l.maker]
	}
	return s
}
