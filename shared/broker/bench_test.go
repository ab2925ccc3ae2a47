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

// stockConfig is watermill-amqp as its documentation sets it up for durable publish and subscribe, with confirms, a
// channel for every publisher, and the same kind of queue as ours.
func stockConfig(url, prefix string, publishers, prefetch int) wamqp.Config {
	c := wamqp.NewDurablePubSubConfig(url, wamqp.GenerateQueueNameConstant(prefix+"stock"))
	c.Exchange.GenerateName = func(topic string) string { return prefix + "stock." + topic }
	c.Publish.ConfirmDelivery = true
	c.Publish.ChannelPoolSize = publishers
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

// peers returns stock watermill-amqp and this package on queues of their own, in that order.
func peers(b *testing.B, publishers, workers int) []peer {
	b.Helper()
	url, prefix := testkit.Vhost(b), testkit.Prefix(b)
	const topic = "bench.v1"
	config := stockConfig(url, prefix, publishers, prefetch/workers)
	stockPublisher, err := wamqp.NewPublisher(config, watermill.NopLogger{})
	if err != nil {
		b.Fatal(err)
	}
	stockSubscriber, err := wamqp.NewSubscriber(config, watermill.NopLogger{})
	if err != nil {
		b.Fatal(err)
	}
	if err := stockSubscriber.SubscribeInitialize(topic); err != nil {
		b.Fatal(err)
	}
	own, err := broker.Open(broker.Config{URL: url, Prefix: prefix})
	if err != nil {
		b.Fatal(err)
	}
	subscriber, err := own.Subscriber(broker.SubscriberConfig{Group: broker.Group{Name: "bench"}, Prefetch: prefetch})
	if err != nil {
		b.Fatal(err)
	}
	if err := subscriber.SubscribeInitialize(topic); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := errors.Join(stockPublisher.Close(), stockSubscriber.Close(), own.Close()); err != nil {
			b.Log(err)
		}
	})
	subscribe := func(s message.Subscriber) func() <-chan *message.Message {
		return func() <-chan *message.Message {
			messages, err := s.Subscribe(context.Background(), topic)
			if err != nil {
				b.Fatal(err)
			}
			return messages
		}
	}
	return []peer{
		{"stock", stockPublisher, subscribe(stockSubscriber)},
		{"millrace", own.Publisher(), subscribe(subscriber)},
	}
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
				if err := p.Publish("bench.v1", messages...); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	return float64(total*batch) / time.Since(start).Seconds()
}

// compare runs b.N operations of each peer, turn and turn about, and reports both rates and their ratio.
func compare(b *testing.B, all []peer, run func(p peer, n int) float64) {
	b.Helper()
	const rounds = 10
	per := max(1, b.N/rounds)
	sums := make([]float64, len(all))
	b.ResetTimer()
	for range rounds {
		for i, p := range all {
			sums[i] += 1 / run(p, per)
		}
	}
	b.StopTimer()
	for i, p := range all {
		b.ReportMetric(rounds/sums[i], p.name+"-msg/s")
	}
	b.ReportMetric(sums[0]/sums[1], "ratio")
	b.ReportMetric(0, "ns/op")
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
			all := peers(b, 16, workers)
			// Stock hands out one message at a time for each Subscribe, so it gets one for each worker.
			inputs := map[string][]<-chan *message.Message{}
			for _, p := range all {
				for range workers {
					if p.name == "stock" || len(inputs[p.name]) == 0 {
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
			sums[i] += time.Since(start).Seconds() / float64(per)
			close(stop)
			wg.Wait()
		}
	}
	for i, p := range all {
		b.ReportMetric(rounds/sums[i], p.name+"-msg/s")
	}
	b.ReportMetric(sums[0]/sums[1], "ratio")
	b.ReportMetric(0, "ns/op")
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
		if err := own.Declare(b.Context(), []broker.Group{{Name: "bench", Topic: "bench.v1"}}, nil); err != nil {
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
