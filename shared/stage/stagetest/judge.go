package stagetest

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"github.com/millrace/millrace/shared/event"
)

// conclude waits until every input has come to its end and nothing waits any more, shuts the stage down, and looks at all
// that it leaves behind. What came back to the queue meanwhile, because an acknowledgement was lost, is done by another run.
func (r *rig[In, Out]) conclude() {
	r.t.Helper()
	for range 5 {
		r.await(r.inputs...)
		r.eventually(r.leftovers)
		r.eventually(r.furtherWaiting)
		r.stop()
		if r.further != nil {
			r.flush() // what was published last
		}
		if r.leftovers() == nil && r.furtherWaiting() == nil {
			break
		}
		r.start()
	}
	r.judge()
}

// await waits until the inputs have come to their ends.
func (r *rig[In, Out]) await(inputs ...*input) {
	r.t.Helper()
	r.eventually(func() error {
		r.hopeless(inputs...)
		return errors.Join(r.missing(inputs...), r.furtherMissing(inputs...))
	})
}

// hopeless ends the test when an input that should be done is a dead letter: waiting would not change that.
func (r *rig[In, Out]) hopeless(inputs ...*input) {
	r.t.Helper()
	letters := r.deadByID()
	for _, in := range inputs {
		if d, ok := letters[in.id]; ok && in.fate == done {
			r.t.Fatal(r.verdict(fmt.Sprintf("input %s is a dead letter of class %q and kind %q: %s (%s)", in.id, d.Class, d.Kind, d.Message, r.of(in.id))))
		}
	}
}

// judge looks at what a stage that has ended leaves behind.
func (r *rig[In, Out]) judge() {
	r.t.Helper()
	r.eventually(r.leftovers)
	r.flush()
	r.judgeOutputs()
	r.judgeFurther()
	r.judgeDeadLetters()
	r.judgeEffects()
	if n := metric(r.t, r.metrics, "millrace_stage_in_flight", ""); n != 0 {
		r.broken("the metric millrace_stage_in_flight is %v after the shutdown", n)
	}
}

// missing says which of the inputs has not come to its end yet.
func (r *rig[In, Out]) missing(inputs ...*input) error {
	outputs, letters := r.outputsByCause(), r.deadByID()
	var lacking []string
	for _, in := range inputs {
		h := r.of(in.id)
		_, isDead := letters[in.id]
		switch {
		case in.fate == dead && !isDead:
			lacking = append(lacking, fmt.Sprintf("input %s is no dead letter (%s)", in.id, h))
		case in.fate == done && r.outputs != nil && len(outputs[in.id]) == 0:
			lacking = append(lacking, fmt.Sprintf("input %s has no output on %s (%s)", in.id, topicOf[Out](), h))
		case in.fate == done && h.succeeded == 0:
			lacking = append(lacking, fmt.Sprintf("input %s is not done (%s)", in.id, h))
		}
	}
	if len(lacking) == 0 {
		return nil
	}
	return fmt.Errorf("%d of %d inputs have not ended as they must; the first: %s", len(lacking), len(inputs), lacking[0])
}

// String says what is known of an input that did not end as it should.
func (h history) String() string {
	s := fmt.Sprintf("called %d times", h.calls)
	if h.inHand > 0 {
		s += ", in the function now"
	}
	if h.last != nil {
		s += ", its last error: " + h.last.Error()
	}
	return s
}

// hands says which inputs are in the function now.
func (r *rig[In, Out]) hands() string {
	var s strings.Builder
	for id, h := range r.all() {
		if h.inHand > 0 {
			fmt.Fprintf(&s, "; input %s is still in the function", id)
		}
	}
	return s.String()
}

// leftovers says what is left in queues that must be empty.
func (r *rig[In, Out]) leftovers() error {
	stats, err := r.own.Stats(r.t.Context(), r.groups())
	if err != nil {
		return err
	}
	var left []error
	for _, q := range stats {
		if n := q.Ready + q.Retry + q.Suspect; n > 0 {
			left = append(left, fmt.Errorf("%d messages are left in the queue %s (%d of them wait for a retry, %d are suspects)", n, q.Queue, q.Retry, q.Suspect))
		}
		if len(q.Missing) > 0 {
			left = append(left, fmt.Errorf("the queues %v are gone", q.Missing))
		}
	}
	return errors.Join(left...)
}

// flush waits until the witnesses have seen all that was published before.
func (r *rig[In, Out]) flush() {
	r.t.Helper()
	for _, o := range []*observer{r.outputs, r.letters, r.further} {
		if o == nil {
			continue
		}
		marker := uuid.NewString()
		ctx, cancel := context.WithTimeout(r.t.Context(), r.kit.patience())
		err := o.mark(ctx, marker)
		cancel()
		if err != nil {
			r.t.Fatalf("ask for the end of %s: %v", o.group.Topic, err)
		}
		r.eventually(func() error { return o.marked(marker) })
	}
}

func (r *rig[In, Out]) outputsByCause() map[string][]sighting {
	found := map[string][]sighting{}
	if r.outputs == nil {
		return found
	}
	for _, s := range r.outputs.all() {
		cause := s.metadata[event.KeyCausationID]
		found[cause] = append(found[cause], s)
	}
	return found
}

// deadByID returns the dead letters that this stage, or the broker in its place, gave up on.
func (r *rig[In, Out]) deadByID() map[string]event.DeadLetter {
	found := map[string]event.DeadLetter{}
	if r.parked != nil {
		for _, s := range r.parked.all() {
			d := event.ReadDeadLetter(s.metadata, []byte(s.body))
			found[d.ID] = d
		}
		return found
	}
	for _, s := range r.letters.all() {
		d := event.ReadDeadLetter(s.metadata, []byte(s.body))
		if d.Group == r.cfg.Name || d.Group == "" && strings.Contains(d.Queue, r.group().Queue()) {
			found[d.ID] = d
		}
	}
	return found
}

func (r *rig[In, Out]) judgeOutputs() {
	r.t.Helper()
	if r.outputs == nil {
		return
	}
	found := r.outputsByCause()
	for _, in := range r.inputs {
		seen := found[in.id]
		delete(found, in.id)
		if in.fate == dead && len(seen) > 0 {
			r.broken("input %s is a dead letter, and yet it has an output", in.id)
		}
		if in.fate == dead || len(seen) == 0 {
			continue // await has said so
		}
		want := event.OutputID(in.id, r.cfg.Name, r.cfg.Version, topicOf[Out]())
		for _, s := range seen {
			e := event.ParseEnvelope(s.metadata)
			switch {
			case e.ID != want:
				r.broken("an output of input %s has the id %s; the same work must always have %s", in.id, e.ID, want)
			case s.body != seen[0].body:
				r.broken("input %s was worked on more than once, and the outputs differ:\n    %.500s\n    %.500s", in.id, seen[0].body, s.body)
			case e.CorrelationID != in.metadata[event.KeyCorrelationID]:
				r.broken("the output of input %s has the correlation id %q instead of the input's", in.id, e.CorrelationID)
			case e.Subject != in.document:
				r.broken("the output of input %s is about document %q; the input is about %q", in.id, e.Subject, in.document)
			default:
				continue
			}
			break
		}
	}
	for _, f := range r.furtherEvents() { // they may be the stage's own inputs in turn
		delete(found, f.metadata[event.KeyID])
	}
	for cause, seen := range found {
		r.broken("%d outputs say that they come from %q, which is none of the inputs", len(seen), cause)
	}
}

func (r *rig[In, Out]) judgeDeadLetters() {
	r.t.Helper()
	found := r.deadByID()
	for _, in := range r.inputs {
		d, ok := found[in.id]
		delete(found, in.id)
		switch {
		case ok && in.fate == done:
			r.broken("input %s is a dead letter: %s", in.id, d.Message)
		case ok && string(d.Body) != string(in.body):
			r.broken("the dead letter of input %s has another body than the input", in.id)
		}
	}
	for id, d := range found {
		r.broken("message %q is a dead letter, and it is none of the inputs: %s", id, d.Message)
	}
}

func (r *rig[In, Out]) judgeEffects() {
	r.t.Helper()
	if r.kit.subject.Effects == nil {
		return
	}
	effects := r.kit.subject.Effects(r.t)
	for _, in := range r.inputs {
		if n := effects[in.document]; in.fate == done && n != 1 {
			r.broken("document %s (input %s) has %d effects instead of one (%s)", in.document, in.id, n, r.of(in.id))
		}
	}
}
