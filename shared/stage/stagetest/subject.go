package stagetest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/stage"
)

// Subject is a stage under test: its function and what the kit must know to judge it. Func or Batch is required, and Inputs.
type Subject[In, Out event.Payload] struct {
	// Func is the work of a stage that runs with stage.Run; Batch, Size and Wait are those given to stage.Batch.
	Func  stage.Func[In, Out]
	Batch stage.BatchFunc[In, Out]
	Size  int
	Wait  time.Duration

	// Inputs returns the valid input number i, from 0. Each is about a document of its own, and the function succeeds with
	// it. It is called from several goroutines at once, with rising numbers, and may store what the input refers to. An
	// input that is an event.DeadLetter is sent as its Metadata and Body, so make it with event.ReadDeadLetter.
	Inputs func(i int) In
	// Poison are inputs that pass the schema and that the function must refuse as Permanent. None is fine for a function that
	// refuses nothing.
	Poison []In
	// Effects returns how many effects each document has now, by document id: rows, files, whatever the stage leaves behind.
	// It is required where Out is [event.None], because nothing else shows what the stage does; an effect that is there
	// twice is two. Documents that the kit did not send are not looked at.
	Effects func(t testing.TB) map[string]int
	// Further returns how many further events the function makes of an input beside its output. It is required where Out is a
	// [stage.With]. Events that go to the topic of In are the stage's own inputs in turn; the function succeeds with them and
	// makes nothing further of them.
	Further func(in In) int
	// Probe is the probe that the service gives to its stage; nil where it has none.
	Probe func(context.Context) error

	Name     string        // of the stage; default "subject"
	Version  string        // of its results; default "1"
	Patience time.Duration // how long what was promised takes at most on an idle machine, default 30 seconds; the kit waits longer ([testkit.Patience])
}

func (s Subject[In, Out]) withDefaults() (Subject[In, Out], error) {
	var problems []error
	if (s.Func == nil) == (s.Batch == nil) {
		problems = append(problems, errors.New("give either Func or Batch"))
	}
	if s.Inputs == nil {
		problems = append(problems, errors.New("give Inputs: the kit cannot make valid inputs itself"))
	}
	if s.Effects == nil && topicOf[Out]() == "" {
		problems = append(problems, errors.New("give Effects: a stage that publishes nothing is judged by what it leaves behind"))
	}
	if s.Further == nil && furtherTopic[Out]() != "" {
		problems = append(problems, errors.New("give Further: a stage with further events is judged by their number"))
	}
	if err := errors.Join(problems...); err != nil {
		return s, fmt.Errorf("stagetest.Subject: %w", err)
	}
	s.Name = cmp.Or(s.Name, "subject")
	s.Version = cmp.Or(s.Version, "1")
	s.Size = cmp.Or(s.Size, 1)
	s.Patience = cmp.Or(s.Patience, 30*time.Second)
	return s, nil
}

// run runs the stage with faults put in by the injector.
func (s Subject[In, Out]) run(ctx context.Context, cfg stage.Config, j *injector) error {
	if s.Batch != nil {
		return stage.Batch(ctx, cfg, s.Size, s.Wait, injectBatch(j, s.Batch))
	}
	return stage.Run(ctx, cfg, injectFunc(j, s.Func))
}

// batch returns the function with faults put in, as the loop calls it.
func (s Subject[In, Out]) batch(j *injector) stage.BatchFunc[In, Out] {
	if s.Batch != nil {
		return injectBatch(j, s.Batch)
	}
	f := injectFunc(j, s.Func)
	return func(ctx context.Context, in []stage.Input[In]) ([]Out, []error) {
		out, err := f(event.NewContext(ctx, in[0].Envelope), in[0].Payload)
		return []Out{out}, []error{err}
	}
}

// topicOf returns the topic of a payload type.
func topicOf[P event.Payload]() string {
	var p P
	return p.Topic()
}

// furtherTopic returns the topic of the further events of a payload type; empty where it has none.
func furtherTopic[P event.Payload]() string {
	var p P
	if w, ok := any(p).(interface{ FurtherTopic() string }); ok {
		return w.FurtherTopic()
	}
	return ""
}
