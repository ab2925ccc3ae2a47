package stage_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/millrace/millrace/shared/broker"
	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/stage"
	"github.com/millrace/millrace/shared/testkit"
)

// childVariable holds the URL and the prefix for a process that runs a stage and kills itself on a message named "poison".
const childVariable = "MILLRACE_STAGE_TEST_CHILD"

// mortal is the stage of such a process.
func mortal(b *broker.Broker) stage.Config {
	return stage.Config{
		Name: "parser", Version: "1", Broker: b, Log: slog.New(slog.DiscardHandler),
		Workers: 4, Prefetch: 50, Tiers: []time.Duration{10 * time.Millisecond}, DeliveryLimit: 3,
	}
}

// TestMortalChild is the process that dies; it does nothing in an ordinary run.
func TestMortalChild(t *testing.T) {
	url, prefix, ok := strings.Cut(os.Getenv(childVariable), "|")
	if !ok {
		t.Skip("not a child")
	}
	b, err := broker.Open(broker.Config{URL: url, Prefix: prefix})
	if err != nil {
		t.Fatal(err)
	}
	err = stage.Run(t.Context(), mortal(b), func(ctx context.Context, in event.Received) (event.Parsed, error) {
		if strings.HasPrefix(in.Arrival.ID, "poison") {
			return event.Parsed{}, syscall.Kill(os.Getpid(), syscall.SIGKILL)
		}
		select { // work takes its time, so that neighbours are in hand when the process dies
		case <-time.After(10 * time.Millisecond):
		case <-ctx.Done():
		}
		return parsed(in), nil
	})
	if err != nil {
		t.Error(err)
	}
}

// keepAlive starts the child again whenever it has been killed, until the test ends.
func keepAlive(t *testing.T, env string) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	t.Cleanup(func() {
		cancel()
		<-done
	})
	go func() {
		defer close(done)
		for ctx.Err() == nil {
			child := exec.CommandContext(ctx, os.Args[0], "-test.run=^TestMortalChild$", "-test.count=1")
			child.Env = append(os.Environ(), childVariable+"="+env)
			output, err := child.CombinedOutput()
			var exit *exec.ExitError
			if !errors.As(err, &exit) || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
				t.Errorf("the child ended by itself: %v: %s", err, output)
				return
			}
		}
	}()
}

func TestMessagesThatKillTheirProcessDieAndTheirNeighboursDoNot(t *testing.T) {
	t.Parallel()
	url, prefix := testkit.Vhost(t), testkit.Prefix(t)
	own, err := broker.Open(broker.Config{URL: url, Prefix: prefix})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = own.Close() })
	b := &bench{t: t, broker: own}
	b.declare(mortal(own), event.TopicReceived)
	out := collect[event.Parsed](b, "next")
	dead := collect[event.DeadLetter](b, "deadletters")
	const n = 150
	for i := range n {
		switch i {
		case 10:
			b.emit("poison-a")
		case 70:
			b.emit("poison-b")
		}
		b.emit(fmt.Sprint("m", i))
	}
	keepAlive(t, url+"|"+prefix)
	died, done := map[string]event.DeadLetter{}, map[string]bool{}
	testkit.Eventually(t, 4*deadline, func() error {
		for _, in := range dead.all() {
			died[in.Payload.ID] = in.Payload
		}
		for _, in := range out.all() {
			done[in.Envelope.CausationID] = true
		}
		if len(died) < 2 || len(done) < n {
			return fmt.Errorf("%d dead, %d of %d done", len(died), len(done), n)
		}
		return nil
	})
	for _, id := range []string{"poison-a", "poison-b"} {
		if d := died[id]; d.Class != "crashed" || d.Group != "parser" || d.Queue != "parser."+event.TopicReceived {
			t.Errorf("%s: %+v", id, d)
		}
	}
	if len(died) != 2 || len(done) != n {
		t.Errorf("%d dead and %d done: %v", len(died), len(done), died)
	}
	stats, err := own.Stats(t.Context(), []broker.Group{{Name: "parser", Topic: event.TopicReceived}})
	if err != nil || stats[0].Ready != 0 || stats[0].Suspect != 0 {
		t.Errorf("left over: %+v, %v", stats, err)
	}
}
