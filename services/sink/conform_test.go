package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/millrace/millrace/shared/blob"
	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/stage"
	"github.com/millrace/millrace/shared/stage/stagetest"
)

// TestTheSinkConforms tries the stage of each topic, on a database of its own.
func TestTheSinkConforms(t *testing.T) {
	var all sync.WaitGroup
	for name, conforms := range map[string]func(*testing.T){
		"received": func(t *testing.T) {
			stagetest.Conform(t, func(t *testing.T) stagetest.Subject[event.Received, event.None] {
				w := newWorld(t)
				return subject(w, w.received, "arrivals", func(i int) event.Received {
					s := newStory(w, t, fmt.Sprint("doc", i), "text")
					return event.Received{DocumentID: s.id, Content: s.content, Arrival: event.Arrival{ID: s.salt, Name: s.salt, Source: "inbox", At: s.start}}
				})
			})
		},
		"parsed": func(t *testing.T) {
			stagetest.Conform(t, func(t *testing.T) stagetest.Subject[event.Parsed, event.None] {
				w := newWorld(t)
				parsed := func(i int) event.Parsed {
					s := newStory(w, t, fmt.Sprint("doc", i), fmt.Sprint("text number ", i))
					return event.Parsed{DocumentID: s.id, Content: s.content, Layout: s.layout, Outcome: "complete", Engine: "glyph/1", Pages: 1, Words: 3}
				}
				missing := parsed(-1)
				missing.Layout.Ref = blob.RefOf([]byte("never stored"))
				subject := subject(w, w.parsed, "parses", parsed)
				subject.Poison = []event.Parsed{missing}
				return subject
			})
		},
		"classified": func(t *testing.T) {
			stagetest.Conform(t, func(t *testing.T) stagetest.Subject[event.Classified, event.None] {
				w := newWorld(t)
				return subject(w, w.classified, "classifications", func(i int) event.Classified {
					s := newStory(w, t, fmt.Sprint("doc", i), "text")
					return event.Classified{DocumentID: s.id, Layout: s.layout, Class: event.Class{Label: "invoice", Confidence: 0.9}, Model: "linear/1"}
				})
			})
		},
		"extracted": func(t *testing.T) {
			stagetest.Conform(t, func(t *testing.T) stagetest.Subject[event.Extracted, event.None] {
				w := newWorld(t)
				return subject(w, w.extracted, "fields", func(i int) event.Extracted {
					s := newStory(w, t, fmt.Sprint("doc", i), "text")
					return event.Extracted{DocumentID: s.id, Class: event.Class{Label: "invoice", Confidence: 0.9}, Template: "invoice/1", Fields: []event.Field{amount("grand_total", fmt.Sprint(i, ".00"))}}
				})
			})
		},
		"corrected": func(t *testing.T) {
			stagetest.Conform(t, func(t *testing.T) stagetest.Subject[event.Corrected, event.None] {
				w := newWorld(t)
				return subject(w, w.corrected, "corrections", func(i int) event.Corrected {
					return event.Corrected{
						DocumentID: event.DocumentID(fmt.Append(nil, i)), Correction: fmt.Sprint("correction-", i), Author: "anna", At: time.Unix(int64(i), 0),
						Class: "receipt", Fields: []event.CorrectedField{corrects("grand_total", "amount", "1.00")},
					}
				})
			})
		},
		"dead letters": func(t *testing.T) {
			stagetest.Conform(t, func(t *testing.T) stagetest.Subject[event.DeadLetter, event.None] {
				w := newWorld(t)
				return subject(w, w.deadLetters, "failures", func(i int) event.DeadLetter {
					id := event.DocumentID(fmt.Append(nil, i))
					return event.ReadDeadLetter(map[string]string{
						event.KeySubject: id, event.KeyType: event.TopicReceived, event.KeyDeadGroup: "parser", event.KeyDeadStage: "parser",
						event.KeyDeadTopic: event.TopicReceived, event.KeyDeadClass: "permanent", event.KeyDeadKind: "encrypted",
						event.KeyDeadError: "needs a password", event.KeyDeadAttempts: "1", event.KeyDeadAt: time.Unix(int64(i), 0).Format(time.RFC3339Nano),
					}, []byte("{}"))
				})
			})
		},
	} {
		all.Go(func() { t.Run(name, conforms) })
	}
	all.Wait()
}

// subject is the stage of one topic. Its effects are the rows of a table, of which each input of the kit makes one.
func subject[In event.Payload](w *world, f stage.BatchFunc[In, event.None], table string, inputs func(i int) In) stagetest.Subject[In, event.None] {
	return stagetest.Subject[In, event.None]{
		Name: name, Batch: f, Size: batchSize, Wait: batchWait, Inputs: inputs,
		Probe: func(ctx context.Context) error { return errors.Join(w.pool.Ready(ctx), w.blobs.Ready(ctx)) },
		Effects: func(t testing.TB) map[string]int {
			t.Helper()
			found, err := w.pool.Query(t.Context(), "select document_id, count(*)::int as rows from millrace."+table+" group by document_id")
			if err != nil {
				t.Fatal(err)
			}
			effects := map[string]int{}
			var id string
			var rows int
			_, err = pgx.ForEachRow(found, []any{&id, &rows}, func() error {
				effects[id] = rows
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			return effects
		},
	}
}
