package stagetest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"testing"
	"time"

	"github.com/millrace/millrace/shared/broker"
	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/fault"
	"github.com/millrace/millrace/shared/stage"
)

// childVariable holds the order for a process that runs a stage until it is killed.
const childVariable = "MILLRACE_STAGETEST_CHILD"

// order says what a child process is to run. The child has the real loop on the real broker; the function stays with the
// parent, which has its dependencies, and is called over HTTP.
type order struct {
	Test, In, Out string // name of the test and the topics, to find the one Conform that is meant
	URL, Prefix   string // of the broker
	Name, Version string
	Tiers         []time.Duration
	DeliveryLimit int
	Workers       int
	Prefetch      int
	Size          int
	Wait          time.Duration
	Batch         bool
	Parent        string // URL that answers calls
	Poison        string // id of the input that kills the process
}

// reply is what the function made of a batch.
type reply[Out event.Payload] struct {
	Outputs []Out
	Errors  []*wireError
}

// wireError is an error on its way between processes; nil for none.
type wireError struct {
	Class      fault.Class
	Kind, Text string
}

func toWire(err error) *wireError {
	if err == nil {
		return nil
	}
	return &wireError{Class: fault.ClassOf(err), Kind: fault.KindOf(err), Text: err.Error()}
}

func (w *wireError) err() error {
	if w == nil {
		return nil
	}
	return fault.New(w.Class, w.Kind, "%s", w.Text)
}

// serveAsChild reports whether this process was started by another one's Conform. In the test that is meant it runs the
// stage and does not return; in every other there is nothing to do.
func serveAsChild[In, Out event.Payload](t testing.TB) bool {
	text, is := os.LookupEnv(childVariable)
	if !is {
		return false
	}
	var o order
	if err := json.Unmarshal([]byte(text), &o); err != nil {
		t.Fatalf("%s is for the conformance kit's own use: %v", childVariable, err)
	}
	if o.Test != t.Name() || o.In != topicOf[In]() || o.Out != topicOf[Out]() {
		return true
	}
	if err := serve[In, Out](o); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
	return true
}

// serve runs the stage until the parent closes the standard input, or is gone.
func serve[In, Out event.Payload](o order) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		stop()
	}()
	log := slog.New(slog.NewTextHandler(os.Stderr, nil))
	b, err := broker.Open(broker.Config{URL: o.URL, Prefix: o.Prefix, Name: o.Name, Log: log})
	if err != nil {
		return err
	}
	cfg := stage.Config{
		Name: o.Name, Version: o.Version, Broker: b, Log: log,
		Tiers: o.Tiers, DeliveryLimit: o.DeliveryLimit, Workers: o.Workers, Prefetch: o.Prefetch,
	}
	err = remote[In, Out](o).run(ctx, cfg, newInjector())
	return errors.Join(err, b.Close())
}

// remote returns the subject whose function is the parent's.
func remote[In, Out event.Payload](o order) Subject[In, Out] {
	ask := func(ctx context.Context, in []stage.Input[In]) ([]Out, []error) {
		for _, i := range in {
			if i.Envelope.ID == o.Poison {
				die(ctx, o)
			}
		}
		var got reply[Out]
		errs := make([]error, len(in))
		if err := post(ctx, o.Parent+"/call", in, &got); err != nil {
			for i := range errs {
				errs[i] = err
			}
			return nil, errs
		}
		for i, w := range got.Errors {
			errs[i] = w.err()
		}
		return got.Outputs, errs
	}
	if o.Batch {
		return Subject[In, Out]{Batch: ask, Size: o.Size, Wait: o.Wait}
	}
	return Subject[In, Out]{Func: func(ctx context.Context, in In) (Out, error) {
		e, _ := event.FromContext(ctx)
		outs, errs := ask(ctx, []stage.Input[In]{{Envelope: e, Payload: in}})
		if errs[0] != nil {
			var none Out
			return none, errs[0]
		}
		return outs[0], nil
	}}
}

// die ends the process as a crash does, once the parent finds that enough is in hand.
func die(ctx context.Context, o order) {
	_ = post(ctx, o.Parent+"/crash", o.Poison, &struct{}{}) // the end comes in any case
	_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
	select {}
}

func post(ctx context.Context, url string, question, answer any) error {
	body, err := json.Marshal(question)
	if err != nil {
		return fmt.Errorf("ask the parent: %w", err)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("ask the parent: %w", err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return fmt.Errorf("ask the parent: %w", err)
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("ask the parent: %s", response.Status)
	}
	if err := json.NewDecoder(response.Body).Decode(answer); err != nil {
		return fmt.Errorf("ask the parent: %w", err)
	}
	return nil
}
