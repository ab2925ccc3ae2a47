package stage

import (
	"context"
	"errors"
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

	collecting sync.Mutex // held by the worker whose batch is next

	codec   *event.Codec
	breaker *breaker
	meter   *meter
	outbox  *outbox
	callers *callers
	settle  *settler // of the work queue
	suspect *settler // of the suspect queue
	log     *slog.Logger
}

// company says what else may be in work beside a message.
type company bool

const (
	inCompany company = false
	alone     company = true // a suspect: it came from the suspect queue and nothing else may run
)

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
		breaker: newBreaker(probe(cfg)), callers: newCallers(),
		log: cfg.Log.With("stage", cfg.Name, "topic", in.Topic()),
	}
	if l.meter, err = newMeter(cfg.Metrics, cfg.Name, l.topic); err != nil {
		return nil, err
	}
	l.settle = &settler{cfg: cfg, group: l.group(), queue: l.group().Queue(), pub: cfg.Broker.Publisher(), breaker: l.breaker, meter: l.meter, log: l.log}
	l.outbox = newOutbox(l.settle.pub.Publish, cfg.Prefetch/2)
	suspect := *l.settle
	suspect.queue = l.group().SuspectQueue()
	l.suspect = &suspect
	return l, nil
}

// probe asks whether the stage may go on: its own probe, and RabbitMQ, which may be taking no publishes.
func probe(cfg Config) func(context.Context) error {
	return func(ctx context.Context) error {
		if cfg.Broker.Blocked() {
			return errors.New("RabbitMQ takes no publishes: it is low on memory or disk")
		}
		if cfg.Probe == nil {
			return nil
		}
		return cfg.Probe(ctx)
	}
}

func (l *loop[In, Out]) group() broker.Group {
	return broker.Group{Name: l.cfg.Name, Topic: l.topic, Tiers: l.cfg.Tiers, DeliveryLimit: l.cfg.DeliveryLimit}
}

// run pulls until ctx ends, pausing while the breaker is open.
func (l *loop[In, Out]) run(ctx context.Context) error {
	work, cancel := l.workContext(ctx)
	defer cancel()
	defer l.callers.end()
	l.cfg.Turns.start()
	looked := sync.OnceFunc(l.cfg.Turns.looked)
	defer looked()
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
		err := l.pull(ctx, work, looked)
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
	return declare(ctx, l.cfg, []broker.Group{l.group()}, topicsOf(out))
}

// pull takes the suspects that wait, then subscribes and works until ctx ends or the breaker opens, and then until everything
// in hand is settled. looked is called when no suspects of an earlier life of the process are left.
func (l *loop[In, Out]) pull(ctx, work context.Context, looked func()) error {
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
	if err := l.takeSuspects(ctx, work); err != nil {
		return err
	}
	looked()
	if l.cfg.Turns.await(ctx) != nil {
		return nil
	}
	sub, err := l.cfg.Broker.Subscriber(broker.SubscriberConfig{Group: l.group(), Prefetch: l.cfg.Prefetch})
	if err != nil {
		return err
	}
	messages, err := sub.Subscribe(ctx, l.topic)
	if err != nil {
		return err
	}
	var workers sync.WaitGroup
	workers.Go(func() { l.watchSuspects(ctx, work) })
	for range l.cfg.Workers {
		workers.Go(func() {
			for batch := l.collect(messages); len(batch) > 0; batch = l.collect(messages) {
				l.process(work, batch, inCompany)
			}
		})
	}
	workers.Wait()
	l.outbox.wait()
	return sub.Close()
}

// collect returns the next messages: at least one, unless the channel is closed. One worker collects at a time, so that a batch
// is as large as it can be and holds messages that came one after the other: one acknowledgement then stands for all of it.
func (l *loop[In, Out]) collect(messages <-chan *message.Message) []*message.Message {
	if l.size > 1 {
		l.collecting.Lock()
		defer l.collecting.Unlock()
	}
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

// process works on a batch and sees to it that every message of it is settled; with a suspect it returns when that is done.
func (l *loop[In, Out]) process(ctx context.Context, batch []*message.Message, with company) {
	settle := l.settle
	if with == alone {
		settle = l.suspect
	}
	if why := l.breaker.why(); why != nil {
		for _, m := range batch {
			settle.putBack(ctx, m)
		}
		return
	}
	l.outbox.begin()
	settled := l.handle(ctx, settle, batch, with)
	l.outbox.end()
	if with == alone {
		<-settled
	}
}

// handle calls the function for what can be read of the batch. The channel is closed when every message is settled.
func (l *loop[In, Out]) handle(ctx context.Context, settle *settler, batch []*message.Message, with company) <-chan struct{} {
	started := time.Now()
	messages := make([]*message.Message, 0, len(batch))
	inputs := make([]Input[In], 0, len(batch))
	for _, m := range batch {
		if with == inCompany && suspicious(m) {
			settle.suspect(ctx, m)
			continue
		}
		e, p, err := event.Decode[In](l.codec, m.Metadata, m.Payload)
		if err != nil {
			settle.failed(ctx, m, err)
			continue
		}
		messages = append(messages, m)
		inputs = append(inputs, Input[In]{Envelope: e, Payload: p})
	}
	var outputs []Out
	var errs []error
	if len(inputs) > 0 {
		l.meter.started(len(inputs))
		outputs, errs = l.call(ctx, inputs, with)
		l.meter.finished(len(inputs), time.Since(started))
	}
	return l.publish(ctx, started, settle, messages, inputs, outputs, errs)
}

// publish publishes what came of a batch, and acknowledges or settles each input then. The channel is closed when that is done.
func (l *loop[In, Out]) publish(ctx context.Context, started time.Time, settle *settler, messages []*message.Message, inputs []Input[In], outputs []Out, errs []error) <-chan struct{} {
	produced := make(map[string][]*message.Message, 1) // by topic
	done := make([]*message.Message, 0, len(inputs))
	for i, m := range messages {
		err := errs[i]
		if err == nil {
			err = l.produce(ctx, started, inputs[i].Envelope, outputs[i], produced)
		}
		if err != nil {
			settle.failed(ctx, m, err)
			continue
		}
		done = append(done, m)
	}
	answered := make(chan struct{})
	letter := letter{done: func(err error) {
		defer close(answered)
		l.published(ctx, settle, done, err)
	}}
	var none Out
	for _, topic := range append(topicsOf(none), event.TopicShadow, event.TopicReplayed) { // the word of success comes last
		if len(produced[topic]) > 0 {
			letter.parcels = append(letter.parcels, parcel{topic, produced[topic]})
		}
	}
	if len(letter.parcels) == 0 {
		letter.done(nil)
	} else {
		l.outbox.post(letter)
	}
	return answered
}

// published acknowledges the inputs of what has been published, or settles them otherwise.
func (l *loop[In, Out]) published(ctx context.Context, settle *settler, inputs []*message.Message, err error) {
	if err != nil {
		var all sync.WaitGroup
		for _, m := range inputs {
			all.Go(func() { settle.unpublished(ctx, m, err) })
		}
		all.Wait()
		return
	}
	if len(inputs) > 0 {
		l.breaker.succeeded()
	}
	for _, m := range inputs {
		m.Ack()
		l.meter.settled(outcomeDone)
	}
}
