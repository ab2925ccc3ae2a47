package broker_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ThreeDotsLabs/watermill"
	wamqp "github.com/ThreeDotsLabs/watermill-amqp/v3/pkg/amqp"
	"github.com/ThreeDotsLabs/watermill/message"
	amqp "github.com/rabbitmq/amqp091-go"

	"github.com/millrace/millrace/shared/broker"
	"github.com/millrace/millrace/shared/testkit"
)

// body is the size of a typical event.
func body() []byte { return bytes.Repeat([]byte("x"), 2048) }

func newMessage() *message.Message { return message.NewMessage(watermill.NewUUID(), body()) }

// watermillConfig is watermill-amqp as its documentation sets it up for durable publish and subscribe, with confirms and the
// same kind of queue as ours. Left at its default, a pool of 0, it opens a channel for every Publish.
func watermillConfig(url, prefix, name string, pool, prefetch int) wamqp.Config {
	c := wamqp.NewDurablePubSubConfig(url, wamqp.GenerateQueueNameConstant(prefix+name))
	c.Exchange.GenerateName = func(topic string) string { return prefix + name + "." + topic }
	c.Publish.ConfirmDelivery = true
	c.Publish.ChannelPoolSize = pool
	c.Queue.Arguments = amqp.Table{"x-queue-type": "quorum"}
	c.Consume.Qos.PrefetchCount = prefetch
	return c
}

// prefetch is how many messages each peer may hold, over all its subscriptions.
const prefetch = 256

type peer struct {
	name      string
	publisher message.Publisher
	subscribe func() <-chan *message.Message
}

// The peers: watermill-amqp as it comes, the same with a pool of as many channels as there are publishers, and this package.
const (
	stock    = "stock"
	tuned    = "tuned"
	millrace = "millrace"
)

const benchTopic = "bench.v1"

// watermillPeer returns watermill-amqp on a queue of its own.
func watermillPeer(b *testing.B, name string, config wamqp.Config) peer {
	b.Helper()
	publisher, err := wamqp.NewPublisher(config, watermill.NopLogger{})
	if err != nil {
		b.Fatal(err)
	}
	subscriber, err := wamqp.NewSubscriber(config, watermill.NopLogger{})
	if err != nil {
		b.Fatal(err)
	}
	if err := subscriber.SubscribeInitialize(benchTopic); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := errors.Join(publisher.Close(), subscriber.Close()); err != nil {
			b.Log(err)
		}
	})
	return peer{name, publisher, subscribing(b, subscriber)}
}

func subscribing(b *testing.B, s message.Subscriber) func() <-chan *message.Message {
	return func() <-chan *message.Message {
		messages, err := s.Subscribe(context.Background(), benchTopic)
		if err != nil {
			b.Fatal(err)
		}
		return messages
	}
}

// peers returns all of them, this package last.
func peers(b *testing.B, publishers, workers int) []peer {
	b.Helper()
	url, prefix := testkit.Vhost(b), testkit.Prefix(b)
	all := []peer{
		watermillPeer(b, stock, watermillConfig(url, prefix, stock, 0, prefetch/workers)),
		watermillPeer(b, tuned, watermillConfig(url, prefix, tuned, publishers, prefetch/workers)),
	}
	own, err := broker.Open(broker.Config{URL: url, Prefix: prefix})
	if err != nil {
		b.Fatal(err)
	}
	subscriber, err := own.Subscriber(broker.SubscriberConfig{Group: broker.Group{Name: "bench"}, Prefetch: prefetch})
	if err != nil {
		b.Fatal(err)
	}
	if err := subscriber.SubscribeInitialize(benchTopic); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := own.Close(); err != nil {
			b.Log(err)
		}
	})
	return append(all, peer{millrace, own.Publisher(), subscribing(b, subscriber)})
}

// publishAll has n publishers share total publishes of batch messages each, and returns messages per second.
func publishAll(b *testing.B, p message.Publisher, n, total, batch int) float64 {
	b.Helper()
	var left atomic.Int64
	left.Store(int64(total))
	var wg sync.WaitGroup
	start := time.Now()
	for range n {
		wg.Go(func() {
			for left.Add(-1) >= 0 {
				messages := make([]*message.Message, batch)
				for i := range messages {
					messages[i] = newMessage()
				}
				if err := p.Publish(benchTopic, messages...); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	return float64(total*batch) / time.Since(start).Seconds()
}

// report reports each peer's rate, and the ratio of the last one's to each other's. seconds are those that a message took.
func report(b *testing.B, all []peer, seconds []float64) {
	b.Helper()
	last := len(all) - 1
	for i, p := range all {
		b.ReportMetric(1/seconds[i], p.name+"-msg/s")
		if i < last {
			b.ReportMetric(seconds[i]/seconds[last], "x-"+p.name)
		}
	}
	b.ReportMetric(0, "ns/op")
}

// compare runs b.N operations of each peer, turn and turn about, and reports their rates and ratios.
func compare(b *testing.B, all []peer, run func(p peer, n int) float64) {
	b.Helper()
	const rounds = 10
	per := max(1, b.N/rounds)
	sums := make([]float64, len(all))
	b.ResetTimer()
	for range rounds {
		for i, p := range all {
			sums[i] += 1 / run(p, per) / rounds
		}
	}
	b.StopTimer()
	report(b, all, sums)
}

func BenchmarkPublish(b *testing.B) {
	for _, n := range []int{1, 16, 64} {
		b.Run(fmt.Sprintf("publishers=%d", n), func(b *testing.B) {
			compare(b, peers(b, n, 1), func(p peer, total int) float64 { return publishAll(b, p.publisher, n, total, 1) })
		})
	}
}

func BenchmarkPublish50(b *testing.B) {
	compare(b, peers(b, 1, 1), func(p peer, total int) float64 { return publishAll(b, p.publisher, 1, total, 50) })
}

func BenchmarkConsume(b *testing.B) {
	for _, workers := range []int{1, 16, 64} {
		b.Run(fmt.Sprintf("workers=%d", workers), func(b *testing.B) {
			all := peers(b, 16, workers)[1:] // the pool is for publishing only
			// watermill-amqp hands out one message at a time for each Subscribe, so it gets one for each worker.
			inputs := map[string][]<-chan *message.Message{}
			for _, p := range all {
				for range workers {
					if p.name != millrace || len(inputs[p.name]) == 0 {
						inputs[p.name] = append(inputs[p.name], p.subscribe())
					}
				}
			}
			consumeBenchmark(b, all, inputs, workers)
		})
	}
}

func consumeBenchmark(b *testing.B, all []peer, inputs map[string][]<-chan *message.Message, workers int) {
	b.Helper()
	const rounds = 3
	per := max(1, b.N/rounds)
	sums := make([]float64, len(all))
	for range rounds {
		for i, p := range all {
			var left atomic.Int64
			left.Store(int64(per))
			done := make(chan struct{})
			stop := make(chan struct{})
			var wg sync.WaitGroup
			published := make(chan struct{})
			for w := range workers {
				in := inputs[p.name][w%len(inputs[p.name])]
				wg.Go(func() {
					<-published
					for {
						select {
						case m := <-in:
							m.Ack()
							if left.Add(-1) == 0 {
								close(done)
							}
						case <-stop:
							return
						}
					}
				})
			}
			publishAll(b, p.publisher, 16, per, 1)
			start := time.Now()
			close(published)
			<-done
			sums[i] += time.Since(start).Seconds() / float64(per) / rounds
			close(stop)
			wg.Wait()
		}
	}
	report(b, all, sums)
}

// BenchmarkHistory publishes without and with a history beside one group's queue; the ratio is what is left of the rate.
func BenchmarkHistory(b *testing.B) {
	var all []peer
	for name, history := range map[string]broker.HistoryConfig{"without": {}, "with": keep()} {
		own, err := broker.Open(broker.Config{URL: testkit.Vhost(b), Prefix: testkit.Prefix(b), History: history})
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { _ = own.Close() })
		if err := own.Declare(b.Context(), []broker.Group{{Name: "bench", Topic: benchTopic}}, nil); err != nil {
			b.Fatal(err)
		}
		all = append(all, peer{name: name, publisher: own.Publisher()})
	}
	slices.SortFunc(all, func(x, y peer) int { return strings.Compare(y.name, x.name) })
	for _, c := range []struct{ publishers, batch int }{{1, 1}, {16, 1}, {64, 1}, {1, 50}} {
		b.Run(fmt.Sprintf("publishers=%d/batch=%d", c.publishers, c.batch), func(b *testing.B) {
			compare(b, all, func(p peer, total int) float64 {
				return publishAll(b, p.publisher, c.publishers, total/c.batch+1, c.batch)
			})
		})
	}
}
