package stage_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/millrace/millrace/shared/broker"
	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/servers"
	"github.com/millrace/millrace/shared/testkit"
)

// stopWatch notices when a stage says that it has stopped pulling.
type stopWatch struct{ seen atomic.Bool }

func (w *stopWatch) Set(_ string, err error) {
	if err != nil && strings.Contains(err.Error(), "not pulling") {
		w.seen.Store(true)
	}
}

func (w *stopWatch) stopped() error {
	if !w.seen.Load() {
		return errors.New("the stage goes on pulling")
	}
	return nil
}

// While RabbitMQ is low on memory or disk it takes no publishes: what a stage makes cannot go out. The delivery limit is so
// low that giving the same messages back again and again would kill them.
func TestAnAlarmOfTheBrokerCostsNoMessage(t *testing.T) {
	t.Parallel()
	server, err := servers.StartRabbitMQ(context.Background(), servers.RabbitMQConfig{Dir: testkit.ServerDir(t)})
	if errors.Is(err, servers.ErrNoRabbitMQ) {
		testkit.Unavailable(t, err.Error())
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Stop(); err != nil && !errors.Is(err, os.ErrProcessDone) {
			t.Error(err)
		}
	})
	own, err := broker.Open(broker.Config{URL: server.URL(), ConfirmTimeout: 2 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = own.Close() })
	b := &bench{t: t, broker: own}
	cfg := b.config("parser")
	cfg.DeliveryLimit = 1
	health := &stopWatch{}
	cfg.Health = health
	b.declare(cfg, event.TopicReceived)
	out := collect[event.Parsed](b, "next")
	dead := collect[event.DeadLetter](b, "deadletters")
	const n = 30
	for i := range n {
		b.emit(fmt.Sprint("m", i))
	}
	alarm := func(limit ...string) {
		t.Helper()
		if err := server.Control(t.Context(), append([]string{"set_vm_memory_high_watermark"}, limit...)...); err != nil {
			t.Fatal(err)
		}
	}
	alarm("absolute", "1MB")
	start(b, cfg, func(_ context.Context, in event.Received) (event.Parsed, error) { return parsed(in), nil })
	testkit.Eventually(t, deadline, func() error {
		if err := own.Ready(); err == nil || !strings.Contains(err.Error(), "takes no publishes") {
			return errors.Join(errors.New("readiness does not tell of the alarm"), err)
		}
		return nil
	})
	testkit.Eventually(t, deadline, func() error { return health.stopped() })
	alarm("0.4")
	done := map[string]bool{}
	testkit.Eventually(t, 2*deadline, func() error {
		for _, in := range out.all() {
			done[in.Envelope.CausationID] = true
		}
		if len(done) < n {
			return fmt.Errorf("%d of %d are done, %d dead", len(done), n, len(dead.all()))
		}
		return own.Ready()
	})
	if died := dead.all(); len(died) > 0 {
		t.Errorf("%d messages died of the alarm: %+v", len(died), died[0].Payload)
	}
}
