package stagetest

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/millrace/millrace/shared/blob"
	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/fault"
	"github.com/millrace/millrace/shared/stage"
)

// received is the valid input number i; a negative one is poison.
func received(i int) event.Received {
	content := fmt.Appendf(nil, "content %d", i)
	mediaType := "text/plain"
	if i < 0 {
		mediaType = "poison"
	}
	return event.Received{
		DocumentID: event.DocumentID(content),
		Content:    event.Blob{Ref: blob.RefOf(content), Size: int64(len(content)), MediaType: mediaType},
		Arrival:    event.Arrival{ID: fmt.Sprint(i), Name: fmt.Sprint(i, ".txt"), Source: "test", At: time.Unix(int64(i), 0)},
	}
}

// read is what a good stage does with an input.
func read(ctx context.Context, in event.Received) (event.Parsed, error) {
	if in.Content.MediaType == "poison" {
		return event.Parsed{}, fault.New(fault.ClassPermanent, "poison", "this is poison")
	}
	if err := ctx.Err(); err != nil {
		return event.Parsed{}, fmt.Errorf("read: %w", err)
	}
	return event.Parsed{DocumentID: in.DocumentID, Content: in.Content, Layout: in.Content, Outcome: "complete", Engine: "test/1", Pages: 1}, nil
}

// reader returns a subject that publishes.
func reader(f stage.Func[event.Received, event.Parsed]) func(*testing.T) Subject[event.Received, event.Parsed] {
	return func(*testing.T) Subject[event.Received, event.Parsed] {
		return Subject[event.Received, event.Parsed]{Func: f, Inputs: received, Poison: []event.Received{received(-1), received(-2)}}
	}
}

// spreads is a stage's output with further events.
type spreads = stage.With[event.Parsed, event.Received]

// enclosed returns the further events of an input; what they announce encloses nothing.
func enclosed(ctx context.Context, in event.Received) []stage.Event[event.Received] {
	if in.Arrival.Parent != "" {
		return nil
	}
	e, _ := event.FromContext(ctx)
	var all []stage.Event[event.Received]
	for i := range 2 {
		content := fmt.Appendf(nil, "enclosure %d of %s", i, in.DocumentID)
		id := event.OutputID(e.ID, "subject", fmt.Sprint(i), event.TopicReceived)
		all = append(all, stage.Event[event.Received]{ID: id, Payload: event.Received{
			DocumentID: event.DocumentID(content), Content: event.Blob{Ref: blob.RefOf(content), Size: int64(len(content)), MediaType: "text/plain"},
			Arrival: event.Arrival{ID: id, Name: "enclosure", Source: "attachment", At: in.Arrival.At, Parent: in.DocumentID},
		}})
	}
	return all
}

// spreader returns a subject that publishes further events.
func spreader(further func(context.Context, event.Received) []stage.Event[event.Received]) func(*testing.T) Subject[event.Received, spreads] {
	return func(*testing.T) Subject[event.Received, spreads] {
		return Subject[event.Received, spreads]{
			Func: func(ctx context.Context, in event.Received) (spreads, error) {
				out, err := read(ctx, in)
				return spreads{Output: out, Further: further(ctx, in)}, err
			},
			Inputs: received, Poison: []event.Received{received(-1)}, Further: func(event.Received) int { return 2 },
		}
	}
}

// store is what a stage that publishes nothing leaves behind.
type store struct {
	mu   sync.Mutex
	rows map[string]int
}

func (s *store) effects(testing.TB) map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	rows := map[string]int{}
	for id, n := range s.rows {
		rows[id] = n
	}
	return rows
}

func (s *store) change(id string, how func(rows int) int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.rows == nil {
		s.rows = map[string]int{}
	}
	s.rows[id] = how(s.rows[id])
}

// writer returns a subject that takes batches and keeps rows; write stores one input.
func writer(write func(ctx context.Context, s *store, in event.Received) error) func(*testing.T) Subject[event.Received, event.None] {
	return func(*testing.T) Subject[event.Received, event.None] {
		s := &store{}
		return Subject[event.Received, event.None]{
			Batch: func(ctx context.Context, in []stage.Input[event.Received]) ([]event.None, []error) {
				errs := make([]error, len(in))
				for i := range in {
					errs[i] = write(ctx, s, in[i].Payload)
				}
				return nil, errs
			},
			Size: 5, Wait: 20 * time.Millisecond, Inputs: received, Effects: s.effects,
		}
	}
}

func upsert(ctx context.Context, s *store, in event.Received) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("store: %w", err)
	}
	s.change(in.DocumentID, func(int) int { return 1 })
	return nil
}
