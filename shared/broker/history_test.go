package broker_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"

	"github.com/millrace/millrace/shared/broker"
	"github.com/millrace/millrace/shared/fault"
	"github.com/millrace/millrace/shared/testkit"
)

func keep() broker.HistoryConfig { return broker.HistoryConfig{MaxAge: time.Hour, MaxBytes: 64 << 20} }

func withHistory(c *broker.Config) { c.History = keep() }

// read returns the first n entries of the topic's history.
func read(t *testing.T, b *broker.Broker, from broker.HistoryStart, n int) []broker.HistoryEntry {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), testkit.Patience(patience))
	defer cancel()
	var all []broker.HistoryEntry
	err := b.ReadHistory(ctx, topic, from, func(e broker.HistoryEntry) error {
		if all = append(all, e); len(all) == n {
			return broker.ErrStop
		}
		return nil
	})
	if err != nil {
		t.Fatalf("after %d of %d: %v", len(all), n, err)
	}
	return all
}

// What no group takes is unrouted although the history has it, and the other way round.
func TestTheHistoryHidesNothingFromUnrouted(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(c *broker.Config){"with history": withHistory, "without": nil} {
		t.Run(name, func(t *testing.T) {
			f := open(t, change)
			publish(t, f.Publisher(), "early")
			f.awaitReady(broker.UnroutedQueue, 1)
			f.declare(broker.Group{Name: "g", Topic: topic})
			publish(t, f.Publisher(), "late")
			f.awaitReady("g."+topic, 1)
			f.awaitReady(broker.UnroutedQueue, 1)
			if change == nil {
				_, _, err := f.HistoryEnd(t.Context(), topic)
				if !errors.Is(err, broker.ErrNoQueue) {
					t.Errorf("a history that is off: %v", err)
				}
				err = f.ReadHistory(t.Context(), topic, broker.HistoryStart{}, func(broker.HistoryEntry) error { return nil })
				if !errors.Is(err, broker.ErrNoQueue) {
					t.Errorf("a history that is off: %v", err)
				}
				return
			}
			got := read(t, f.Broker, broker.HistoryStart{}, 2)
			if got[0].Message.ID != "early" || got[1].Message.ID != "late" || got[0].Offset != 0 || got[1].Offset != 1 {
				t.Errorf("history: %+v", got)
			}
		})
	}
}

func TestTheHistoryIsReadFromAnOffsetOrATime(t *testing.T) {
	t.Parallel()
	f := open(t, withHistory)
	if _, ok, err := f.HistoryEnd(t.Context(), topic); !errors.Is(err, broker.ErrNoQueue) {
		t.Errorf("end of a topic that nobody declared: %v, %v", ok, err)
	}
	f.declare()
	if last, ok, err := f.HistoryEnd(t.Context(), topic); ok || err != nil {
		t.Errorf("end of an empty history: %d, %v, %v", last, ok, err)
	}
	noon := time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)
	for i := range 1000 {
		m := broker.Message{ID: fmt.Sprint("m", i), Body: []byte("{}"), Metadata: map[string]string{
			"time": noon.Add(time.Duration(i) * time.Second).Format(time.RFC3339Nano), "subject": "d",
		}}
		if err := f.Send(t.Context(), topic, m); err != nil {
			t.Fatal(err)
		}
		if i%250 == 0 {
			if last, ok, err := f.HistoryEnd(t.Context(), topic); last != int64(i) || !ok || err != nil {
				t.Fatalf("end after %d: %d, %v, %v", i, last, ok, err)
			}
		}
	}
	for offset, e := range read(t, f.Broker, broker.HistoryStart{}, 1000) {
		if e.Offset != int64(offset) || e.Message.ID != fmt.Sprint("m", offset) || string(e.Message.Body) != "{}" {
			t.Fatalf("entry %d: %+v", offset, e)
		}
		if e.Message.Metadata["subject"] != "d" || len(e.Message.Metadata) != 2 {
			t.Fatalf("metadata %v", e.Message.Metadata)
		}
	}
	if got := read(t, f.Broker, broker.HistoryStart{Offset: 777}, 3); got[0].Offset != 777 || got[2].Message.ID != "m779" {
		t.Errorf("from an offset: %+v", got)
	}
	if got := read(t, f.Broker, broker.HistoryStart{Time: noon.Add(321 * time.Second)}, 2); got[0].Message.ID != "m321" || got[1].Offset != 322 {
		t.Errorf("from a time: %+v", got)
	}
	ctx, cancel := context.WithCancel(t.Context())
	err := f.ReadHistory(ctx, topic, broker.HistoryStart{Offset: 999}, func(broker.HistoryEntry) error { cancel(); return nil })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled read: %v", err)
	}
	own := errors.New("own")
	if err := f.ReadHistory(t.Context(), topic, broker.HistoryStart{}, func(broker.HistoryEntry) error { return own }); !errors.Is(err, own) {
		t.Errorf("an error of the reader's own: %v", err)
	}
}

func TestReadingTheHistorySurvivesDroppedConnections(t *testing.T) {
	t.Parallel()
	f, b, proxy := behindProxy(t, withHistory)
	if err := b.Declare(t.Context(), nil, []string{topic}); err != nil {
		t.Fatal(err)
	}
	const n = 3000
	batch := make([]broker.Message, n)
	for i := range batch {
		batch[i] = broker.Message{ID: fmt.Sprint("m", i), Body: []byte("{}")}
	}
	if err := f.Send(t.Context(), topic, batch...); err != nil {
		t.Fatal(err)
	}
	next, cuts := int64(0), 0
	err := b.ReadHistory(t.Context(), topic, broker.HistoryStart{}, func(e broker.HistoryEntry) error {
		if e.Offset != next || e.Message.ID != fmt.Sprint("m", next) {
			t.Errorf("offset %d with %s, want %d", e.Offset, e.Message.ID, next)
			return broker.ErrStop
		}
		if next++; next%500 == 250 {
			cuts += proxy.Cut()
		}
		if next == n {
			return broker.ErrStop
		}
		return nil
	})
	if err != nil || next != n || cuts < 6 {
		t.Errorf("%d of %d read over %d cuts: %v", next, n, cuts, err)
	}
}

func TestRetentionThatHasDriftedIsNamed(t *testing.T) {
	t.Parallel()
	f := open(t, withHistory)
	f.declare()
	for name, change := range map[string]broker.HistoryConfig{
		"x-max-age": {MaxAge: 2 * time.Hour, MaxBytes: keep().MaxBytes}, "x-max-length-bytes": {MaxAge: time.Hour, MaxBytes: 65 << 20},
	} {
		err := f.another(func(c *broker.Config) { c.History = change }).Declare(t.Context(), nil, []string{topic})
		if fault.KindOf(err) != "topology_drift" || !strings.Contains(err.Error(), name) || !strings.Contains(err.Error(), broker.HistoryQueue("")) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := f.another(nil).Send(t.Context(), topic, broker.Message{ID: "m"}); err != nil {
		t.Errorf("a publisher that is not told of the history: %v", err)
	}
	if got := read(t, f.Broker, broker.HistoryStart{}, 1); got[0].Message.ID != "m" {
		t.Errorf("its message: %+v", got)
	}
}

func TestOldHistoryIsForgotten(t *testing.T) {
	t.Parallel()
	f := open(t, func(c *broker.Config) { c.History = broker.HistoryConfig{MaxBytes: 8 << 20} })
	body := make([]byte, broker.MaxMessageBytes)
	for i := range 32 {
		if err := f.Publisher().Publish(topic, message.NewMessage(fmt.Sprint("m", i), body)); err != nil {
			t.Fatal(err)
		}
	}
	testkit.Eventually(t, patience, func() error {
		if first := read(t, f.Broker, broker.HistoryStart{}, 1)[0]; first.Offset < 16 {
			return fmt.Errorf("the oldest of 32 messages of 1 MiB is %s", first.Message.ID)
		}
		return nil
	})
}

func TestHistoryIsChecked(t *testing.T) {
	for _, bad := range []broker.HistoryConfig{{MaxBytes: -1}, {MaxBytes: 1 << 20}, {MaxBytes: 1 << 30, MaxAge: time.Millisecond}} {
		if (broker.Config{URL: "amqp://h", History: bad}).Validate() == nil {
			t.Errorf("%+v is valid", bad)
		}
	}
}
