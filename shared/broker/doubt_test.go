package broker_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"
	amqp "github.com/rabbitmq/amqp091-go"

	"github.com/millrace/millrace/shared/broker"
	"github.com/millrace/millrace/shared/servers"
	"github.com/millrace/millrace/shared/testkit"
	"github.com/millrace/millrace/shared/testkit/transcript"
)

// publishesMeanwhile publishes a message that RabbitMQ does not take, waits until another channel is tried, and expects the
// message to get through once the queue is healed.
func publishesMeanwhile(t *testing.T, f *fixture, queue, why string, heal func()) {
	t.Helper()
	log := &transcript.Buffer{}
	b := f.another(func(c *broker.Config) {
		c.ConfirmTimeout = patience
		c.Log = slog.New(slog.NewTextHandler(log, nil))
	})
	done := make(chan error, 1)
	go func() {
		done <- b.Publisher().PublishToQueue(t.Context(), queue, message.NewMessage("m", []byte("{}")))
	}()
	testkit.Eventually(t, patience, func() error {
		if !strings.Contains(log.String(), why) {
			return fmt.Errorf("the log does not say %q", why)
		}
		return nil
	})
	heal()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestAChannelThatOnlyRefusesIsReplaced(t *testing.T) {
	t.Parallel()
	f := open(t, nil)
	full := f.QualifiedName("full")
	limits := amqp.Table{"x-max-length": int64(1), "x-overflow": "reject-publish"}
	if _, err := f.channel().QueueDeclare(full, true, false, false, false, limits); err != nil {
		t.Fatal(err)
	}
	if err := f.Publisher().PublishToQueue(t.Context(), "full", message.NewMessage("first", []byte("{}"))); err != nil {
		t.Fatal(err)
	}
	publishesMeanwhile(t, f, "full", "refuses what is sent", func() {
		if _, err := f.channel().QueuePurge(full, false); err != nil {
			t.Error(err)
		}
	})
	f.awaitReady("full", 1)
}

func TestAChannelThatIsNotAnsweredIsReplaced(t *testing.T) {
	t.Parallel()
	f := open(t, nil)
	g := broker.Group{Name: "g", Topic: topic}
	f.declare(g)
	vhost, err := amqp.ParseURI(f.url)
	if err != nil {
		t.Fatal(err)
	}
	tell := func(what string) error {
		return testkit.Control("eval", fmt.Sprintf(
			`{ok, Q} = rabbit_amqqueue:lookup(rabbit_misc:r(<<"%s">>, queue, <<"%s">>)), {N, _} = amqqueue:get_pid(Q), sys:%s(N).`,
			vhost.Vhost, f.QualifiedName(g.Queue()), what))
	}
	if err := tell("suspend"); err != nil {
		testkit.Unavailable(t, "the queue's process cannot be stopped: "+err.Error())
	}
	publishesMeanwhile(t, f, g.Queue(), "does not confirm", func() {
		if err := tell("resume"); err != nil {
			t.Error(err)
		}
	})
	messages := f.subscribe(t.Context(), broker.SubscriberConfig{Group: g})
	receive(t, messages).Ack()
}

// TestPublishingGoesOnWhileANodeOfAClusterIsAway kills a node under load: every publisher must get on before it is back.
func TestPublishingGoesOnWhileANodeOfAClusterIsAway(t *testing.T) {
	if testing.Short() {
		t.Skip("a cluster takes its time")
	}
	cluster, err := servers.StartRabbitMQCluster(t.Context(), servers.RabbitMQConfig{Dir: filepath.Join(t.TempDir(), "cluster")})
	if errors.Is(err, servers.ErrNoRabbitMQ) {
		testkit.Unavailable(t, err.Error())
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cluster.Stop() })
	b, err := broker.Open(broker.Config{URL: strings.Join(cluster.URLs()[:2], ",")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.Close() })
	const queues = 6
	var groups []broker.Group
	for i := range queues {
		groups = append(groups, broker.Group{Name: "g", Topic: fmt.Sprintf("things%d.v1", i)})
	}
	// A queue's leader is on the node at which it was declared.
	third, err := broker.Open(broker.Config{URL: cluster.URLs()[2]})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(third.Declare(t.Context(), groups, nil), third.Close()); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var publishers sync.WaitGroup
	defer publishers.Wait()
	defer cancel()
	var confirmed [2 * queues]atomic.Int64
	for w := range confirmed {
		publishers.Go(func() {
			for i := 0; ctx.Err() == nil; i++ {
				m := message.NewMessageWithContext(ctx, fmt.Sprintf("%d-%d", w, i), []byte("{}"))
				if err := b.Publisher().Publish(groups[w%queues].Topic, m); err == nil {
					confirmed[w].Add(1)
				}
			}
		})
	}
	getOn := func() {
		t.Helper()
		var from [len(confirmed)]int64
		for w := range confirmed {
			from[w] = confirmed[w].Load()
		}
		start := time.Now()
		testkit.Eventually(t, patience, func() error {
			for w := range confirmed {
				if n := confirmed[w].Load() - from[w]; n < 50 {
					return fmt.Errorf("publisher %d has had %d messages confirmed", w, n)
				}
			}
			return nil
		})
		t.Logf("every publisher got on within %v", time.Since(start).Round(time.Millisecond))
	}
	getOn()
	cluster.Nodes()[2].Kill()
	getOn()
	getOn()
}
