package main

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/millrace/millrace/shared/deadletter"
	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/pipeline"
	"github.com/millrace/millrace/shared/postgres"
	"github.com/millrace/millrace/shared/stage"
	"github.com/millrace/millrace/shared/stage/stagetest"
	"github.com/millrace/millrace/shared/testkit"
)

// TestTheServiceConforms tries the stage of each topic, on a database of its own.
func TestTheServiceConforms(t *testing.T) {
	var all sync.WaitGroup
	all.Go(func() {
		t.Run("dead letters", func(t *testing.T) {
			stagetest.Conform(t, func(t *testing.T) stagetest.Subject[event.DeadLetter, event.None] {
				k, pool := newKeeper(t)
				return subject(pool, k.died, letter, "select document_id, deaths::int from millrace.dead_letters")
			})
		})
	})
	all.Go(func() {
		t.Run("replayed", func(t *testing.T) {
			stagetest.Conform(t, func(t *testing.T) stagetest.Subject[event.Replayed, event.None] {
				k, pool := newKeeper(t)
				replayed := func(i int) event.Replayed {
					l := letter(i)
					if err := errors.Join(k.store.Put(t.Context(), []deadletter.Death{deadletter.Read(l, "", time.Now())})...); err != nil {
						t.Error(err)
					}
					return event.Replayed{Replay: "r1", DeadLetter: l.Key(), DocumentID: l.DocumentID, Group: "parser", At: time.Unix(int64(i), 0)}
				}
				return subject(pool, k.replayed, replayed, `select document_id, count(*)::int from millrace.dead_letters
					join millrace.dead_letter_history using (dead_letter_id) where state = 'resolved' and what = 'resolved' group by document_id`)
			})
		})
	})
	all.Wait()
}

func newKeeper(t *testing.T) (*keeper, *postgres.Pool) {
	t.Helper()
	pool, err := postgres.Open(t.Context(), testkit.Database(t)+"&synchronous_commit=off")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return &keeper{store: deadletter.NewStore(pool), now: time.Now}, pool
}

// letter is number i of the messages that a parser gave up on.
func letter(i int) event.DeadLetter {
	return event.ReadDeadLetter(map[string]string{
		event.KeySubject: event.DocumentID(fmt.Append(nil, i)), event.KeyType: event.TopicReceived,
		event.KeyDeadGroup: "parser", event.KeyDeadStage: "parser", event.KeyDeadQueue: "parser." + event.TopicReceived,
		event.KeyDeadTopic: event.TopicReceived, event.KeyDeadClass: "permanent", event.KeyDeadKind: "encrypted",
		event.KeyDeadError: "needs a password", event.KeyDeadAttempts: "1", event.KeyDeadAt: time.Unix(int64(i), 0).Format(time.RFC3339Nano),
	}, []byte("{}"))
}

// subject is the stage of one topic; sql counts its effects by document.
func subject[In event.Payload](pool *postgres.Pool, f stage.BatchFunc[In, event.None], inputs func(i int) In, sql string) stagetest.Subject[In, event.None] {
	return stagetest.Subject[In, event.None]{
		Name: pipeline.DeadLetters, Batch: f, Size: batchSize, Wait: batchWait, Inputs: inputs, Probe: pool.Ready,
		Effects: func(t testing.TB) map[string]int {
			t.Helper()
			found, err := pool.Query(t.Context(), sql)
			if err != nil {
				t.Fatal(err)
			}
			effects := map[string]int{}
			var id string
			var n int
			if _, err := pgx.ForEachRow(found, []any{&id, &n}, func() error {
				effects[id] = n
				return nil
			}); err != nil {
				t.Fatal(err)
			}
			return effects
		},
	}
}
