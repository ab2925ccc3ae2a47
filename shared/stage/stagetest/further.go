package stagetest

import (
	"fmt"

	"github.com/millrace/millrace/shared/event"
)

// wanted returns how many further events an input must have in the end: one that ends as a dead letter has none.
func (in *input) wanted() int {
	if in.fate == dead {
		return 0
	}
	return in.further
}

// furtherEvents returns what the witness has seen of the stage's further events, repetitions included.
func (r *rig[In, Out]) furtherEvents() []sighting {
	if r.further == nil {
		return nil
	}
	var all []sighting
	for _, s := range r.further.all() {
		if s.metadata[event.KeySource] == r.cfg.Name {
			all = append(all, s)
		}
	}
	return all
}

// ownFurther returns how many of the further events that the inputs are to set off are inputs of the stage in turn.
func (r *rig[In, Out]) ownFurther() int {
	n := 0
	if furtherTopic[Out]() == topicOf[In]() {
		for _, in := range r.inputs {
			n += in.wanted()
		}
	}
	return n
}

// furtherMissing says which of the inputs' further events has not come to its end yet.
func (r *rig[In, Out]) furtherMissing(inputs ...*input) error {
	outputs := r.outputsByCause()
	made := map[string]map[string]bool{} // ids, by cause
	for _, s := range r.furtherEvents() {
		id, cause := s.metadata[event.KeyID], s.metadata[event.KeyCausationID]
		if made[cause] == nil {
			made[cause] = map[string]bool{}
		}
		made[cause][id] = true
	}
	for _, in := range inputs {
		if n := len(made[in.id]); n < in.wanted() {
			return fmt.Errorf("input %s has %d further events instead of %d", in.id, n, in.wanted())
		}
		for id := range made[in.id] {
			if furtherTopic[Out]() == topicOf[In]() && len(outputs[id]) == 0 {
				return fmt.Errorf("the further event %s of input %s, which is the stage's own input in turn, has no output (%s)", id, in.id, r.of(id))
			}
		}
	}
	return nil
}

// furtherWaiting says which further event is the stage's own input and has been published more often than it has been taken.
func (r *rig[In, Out]) furtherWaiting() error {
	if furtherTopic[Out]() != topicOf[In]() {
		return nil
	}
	published := map[string]int{}
	for _, s := range r.furtherEvents() {
		published[s.metadata[event.KeyID]]++
	}
	for id, n := range published {
		if calls := r.of(id).calls; calls < n {
			return fmt.Errorf("the further event %s was published %d times and taken %d times", id, n, calls)
		}
	}
	return nil
}

// judgeFurther looks at the further events: each input must have as many as its subject says, under the same ids and with the
// same content however often it was worked on.
func (r *rig[In, Out]) judgeFurther() {
	r.t.Helper()
	if r.further == nil {
		return
	}
	bodies := map[string]string{}         // by id
	made := map[string]map[string]bool{}  // ids, by cause
	for _, s := range r.furtherEvents() { // in the order of their publishing
		id, cause := s.metadata[event.KeyID], s.metadata[event.KeyCausationID]
		if made[cause] == nil {
			made[cause] = map[string]bool{}
		}
		if body, again := bodies[id]; again && (!made[cause][id] || body != s.body) {
			r.broken("the further event %s of input %s is there twice, and the two differ:\n    %.500s\n    %.500s", id, cause, body, s.body)
		}
		bodies[id], made[cause][id] = s.body, true
	}
	for _, in := range r.inputs {
		if n := len(made[in.id]); n != in.wanted() {
			r.broken("input %s has %d further events instead of %d; the same work must always give them the same ids", in.id, n, in.wanted())
		}
		delete(made, in.id)
	}
	for cause, ids := range made {
		r.broken("%d further events say that they come from %q, which is none of the inputs", len(ids), cause)
	}
}
