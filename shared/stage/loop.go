package stage

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"

	"github.com/millrace/millrace/shared/broker"
	"github.com/millrace/millrace/shared/event"
)

// loop is one stage on one topic.
type loop[In, Out event.Payload] struct {
	cfg   Config
	topic string // of In
	size  int
	wait  time.Duration
	f     BatchFunc[In, Out]

	codec   *event.Codec
	breaker *breaker
	meter   *meter
	settle  *settler
	log     *slog.Logger
}

func newLoop[In, Out event.Payload](cfg Config, size int, wait time.Duration, f BatchFunc[In, Out]) (*loop[In, Out], error) {
	cfg, err := cfg.withDefaults(size)
	if err != nil {
		return nil, err
	}
	codec, err := event.NewCodec()
	if err != nil {
		return nil, err
	}
	var in In
	l := &loop[In, Out]{
		cfg: cfg, topic: in.Topic(), size: max(size, 1), wait: wait, f: f, codec: codec,
		breaker: newBreaker(cfg.Probe),
		log:     cfg.Log.With("stage", cfg.Name, "topic", in.Topic()),
	}
	if l.meter, err = newMeter(cfg.Metrics, cfg.Name, l.topic); err != nil {
		return nil, err
	}
	l.settle = &settler{cfg: cfg, group: l.group(), pub: cfg.Broker.Publisher(), breaker: l.breaker, meter: l.meter, log: l.log}
	return l, nil
}

func (l *loop[In, Out]) group() broker.Group {
	return broker.Group{Name: l.cfg.Name, Topic: l.topic, Tiers: l.cfg.Tiers, DeliveryLimit: l.cfg.DeliveryLimit}
}

// run pulls until ctx ends, pausing while the breaker is open.
func (l *loop[In, Out]) run(ctx context.Context) error {
	work, cancel := l.workContext(ctx)
	defer cancel()
	if err := l.declare(ctx); err != nil {
		return err
	}
	check := l.cfg.Name + "/" + l.topic
	for ctx.Err() == nil {
		if l.breaker.wait(ctx) != nil {
			break
		}
		l.cfg.Health.Set(check, nil)
		l.meter.breaker.Set(0)
		err := l.pull(ctx, work)
		switch why := l.breaker.why(); {
		case ctx.Err() != nil:
		case why != nil:
			l.cfg.Health.Set(check, fmt.Errorf("not pulling: %w", why))
			l.meter.breaker.Set(1)
			l.log.Warn("dependency down; the stage stops pulling", "error", why)
		case err != nil:
			l.cfg.Health.Set(check, err)
			l.log.Warn("cannot subscribe; trying again", "error", err)
			_ = sleep(ctx, time.Second) // ctx is looked at by the loop
		}
	}
	l.log.Info("drained")
	return nil
}

// workContext returns the context that handlers run in: it outlives ctx by the drain timeout.
func (l *loop[In, Out]) workContext(ctx context.Context) (context.Context, context.CancelFunc) {
	work, cancel := context.WithCancel(context.WithoutCancel(ctx))
	context.AfterFunc(ctx, func() { time.AfterFunc(l.cfg.DrainTimeout, cancel) })
	return work, cancel
}

// declare makes the topology that the stage needs, as soon as the broker answers.
func (l *loop[In, Out]) declare(ctx context.Context) error {
	var out Out
	var topics []string
	if out.Topic() != "" {
		topics = append(topics, out.Topic())
	}
	return declare(ctx, l.cfg, []broker.Group{l.group()}, topics)
}

// pull subscribes and works until ctx ends or the breaker opens, and then until everything in hand is settled.
func (l *loop[In, Out]) pull(ctx, work context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	opened := l.breaker.whenOpened()
	go func() {
		select {
		case <-opened:
			cancel()
		case <-ctx.Done():
		}
	}()
	sub, err := l.cfg.Broker.Subscriber(broker.SubscriberConfig{Group: l.group(), Prefetch: l.cfg.Prefetch})
	if err != nil {
		return err
	}
	messages, err := sub.Subscribe(ctx, l.topic)
	if err != nil {
		return err
	}
	var workers sync.WaitGroup
	for range l.cfg.Workers {
		workers.Go(func() {
			for batch := l.collect(messages); len(batch) > 0; batch = l.collect(messages) {
				l.process(work, batch)
			}
		})
	}
	workers.Wait()
	return sub.Close()
}

// collect returns the next messages: at least one, unless the channel is closed.
func (l *loop[In, Out]) collect(messages <-chan *message.Message) []*message.Message {
	first, ok := <-messages
	if !ok {
		return nil
	}
	batch := []*message.Message{first}
	if l.size == 1 {
		return batch
	}
	timer := time.NewTimer(l.wait)
	defer timer.Stop()
	for len(batch) < l.size {
		select {
		case m, ok := <-messages:
			if !ok {
				return batch
			}
			batch = append(batch, m)
		case <-timer.C:
			return batch
		}
	}
	return batch
}

// process settles every message of the batch.
func (l *loop[In, Out]) process(ctx context.Context, batch []*message.Message) {
	if why := l.breaker.why(); why != nil {
		for _, m := range batch {
			l.settle.putBack(ctx, m)
		}
		return
	}
	started := time.Now()
	messages := make([]*message.Message, 0, len(batch))
	inputs := make([]Input[In], 0, len(batch))
	for _, m := range batch {
		e, p, err := event.Decode[In](l.codec, m.Metadata, m.Payload)
		if err != nil {
			l.settle.failed(ctx, m, err)
			continue
		}
		messages = append(messages, m)
		inputs = append(inputs, Input[In]{Envelope: e, Payload: p})
	}
	if len(inputs) == 0 {
		return
	}
	l.meter.started(len(inputs))
	outputs, errs := l.call(ctx, inputs)
	l.meter.finished(len(inputs), time.Since(started))
	l.publish(ctx, started, messages, inputs, outputs, errs)
}

// publish publishes the outputs of a batch at once, and acknowledges or settles each input.
func (l *loop[In, Out]) publish(ctx context.Context, started time.Time, messages []*message.Message, inputs []Input[In], outputs []Out, errs []error) {
	var none Out
	publishes := none.Topic() != ""
	produced := make([]*message.Message, 0, len(inputs))
	done := make([]*message.Message, 0, len(inputs))
	for i, m := range messages {
		err := errs[i]
		if err == nil && publishes {
			var out *message.Message
			if out, err = l.output(ctx, started, inputs[i].Envelope, outputs[i]); err == nil {
				produced = append(produced, out)
			}
		}
		if err != nil {
			l.settle.failed(ctx, m, err)
			continue
		}
		done = append(done, m)
	}
	if len(produced) > 0 {
		if err := l.settle.pub.Publish(none.Topic(), produced...); err != nil {
			for _, m := range done {
				l.settle.unpublished(ctx, m, err)
			}
			return
		}
	}
	if len(done) > 0 {
		l.breaker.succeeded()
	}
	for _, m := range done {
		m.Ack()
		l.meter.settled(outcomeDone)
	}
}
