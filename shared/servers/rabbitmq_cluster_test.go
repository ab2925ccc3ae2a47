package servers_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"

	"github.com/millrace/millrace/shared/servers"
	"github.com/millrace/millrace/shared/testkit"
)

func startCluster(t *testing.T, dir string) *servers.RabbitMQCluster {
	t.Helper()
	c, err := servers.StartRabbitMQCluster(context.Background(), servers.RabbitMQConfig{Dir: dir})
	if errors.Is(err, servers.ErrNoRabbitMQ) && os.Getenv("CI") != "true" {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Stop(); err != nil {
			t.Error(err)
		}
	})
	return c
}

// online asks a node on how many nodes the quorum queue in the vhost is up.
func online(t *testing.T, node *servers.RabbitMQ, queue string) int {
	t.Helper()
	script, err := node.ControlScript()
	if err != nil {
		t.Fatal(err)
	}
	said, err := exec.Command(script, "--quiet", "list_queues", "--no-table-headers", "name", "online").Output()
	if err != nil {
		t.Fatalf("list queues: %v: %s", err, said)
	}
	for line := range strings.Lines(string(said)) {
		if name, members, _ := strings.Cut(strings.TrimSpace(line), "\t"); name == queue {
			return strings.Count(members, "@")
		}
	}
	return 0
}

// publish returns when the broker has confirmed the messages. What it refuses, as it does while a queue has no leader, is
// published again, on a new channel: RabbitMQ 3.10 goes on refusing on one that has met a queue without a leader.
func publish(t *testing.T, url, queue string, bodies ...string) {
	t.Helper()
	for _, body := range bodies {
		testkit.Eventually(t, time.Minute, func() error {
			ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
			defer cancel()
			ch := dial(t, url)
			if err := ch.Confirm(false); err != nil {
				return err
			}
			c, err := ch.PublishWithDeferredConfirmWithContext(ctx, "", queue, true, false, amqp.Publishing{DeliveryMode: amqp.Persistent, Body: []byte(body)})
			if err != nil {
				return fmt.Errorf("publish %s: %w", body, err)
			}
			if confirmed, err := c.WaitContext(ctx); err != nil || !confirmed {
				return fmt.Errorf("%s is not confirmed: %w", body, cmp.Or(err, errors.New("refused")))
			}
			return nil
		})
	}
}

// consume takes and acknowledges messages until all of the given ones have come.
func consume(t *testing.T, ch *amqp.Channel, queue string, want ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), testkit.Patience(time.Minute))
	defer cancel()
	if err := ch.Qos(1, 0, false); err != nil {
		t.Fatal(err)
	}
	deliveries, err := ch.ConsumeWithContext(ctx, queue, "", false, false, false, false, nil)
	if err != nil {
		t.Fatal(err)
	}
	for len(want) > 0 {
		select {
		case d := <-deliveries:
			if err := d.Ack(false); err != nil {
				t.Fatal(err)
			}
			want = slices.DeleteFunc(want, func(body string) bool { return body == string(d.Body) })
		case <-ctx.Done():
			t.Fatalf("there came no %q", want)
		}
	}
	if err := ch.Close(); err != nil {
		t.Fatal(err)
	}
}

// processesBelow lists the processes whose command line names the folder.
func processesBelow(t *testing.T, dir string) string {
	t.Helper()
	all, err := exec.Command("ps", "-e", "-ww", "-o", "pid=,args=").Output()
	if err != nil {
		t.Fatal(err)
	}
	var found strings.Builder
	for line := range strings.Lines(string(all)) {
		if strings.Contains(line, dir) {
			found.WriteString(line)
		}
	}
	return found.String()
}

func TestAClusterLosesNothingWhenANodeOrAllOfThemDie(t *testing.T) {
	if testing.Short() {
		t.Skip("starts three servers twice")
	}
	dir := t.TempDir()
	c := startCluster(t, dir)
	nodes, urls := c.Nodes(), c.URLs()
	const queue = "kept"
	if _, err := dial(t, urls[0]).QueueDeclare(queue, true, false, false, false, amqp.Table{"x-queue-type": "quorum"}); err != nil {
		t.Fatal(err)
	}
	if n := online(t, nodes[0], queue); n != 3 {
		t.Fatalf("the queue is on %d nodes", n)
	}
	if processesBelow(t, dir) == "" {
		t.Fatal("the cluster's processes cannot be told from others: this test would not notice what is left")
	}
	publish(t, urls[0], queue, "before")

	nodes[0].Kill() // it leads the queue
	if _, err := amqp.Dial(urls[0]); err == nil {
		t.Fatal("the node answers after Kill")
	}
	publish(t, urls[1], queue, "meanwhile 1", "meanwhile 2")
	consume(t, dial(t, urls[2]), queue, "before", "meanwhile 1")

	if err := nodes[0].Restart(context.Background()); err != nil {
		t.Fatal(err)
	}
	if n := online(t, nodes[0], queue); n != 3 {
		t.Errorf("the queue is on %d nodes when the third is back", n)
	}
	publish(t, urls[0], queue, "after")

	c.Kill()
	if err := c.Restart(context.Background()); err != nil {
		t.Fatal(err)
	}
	consume(t, dial(t, urls[0]), queue, "meanwhile 2", "after")

	if err := c.Stop(); err != nil {
		t.Fatal(err)
	}
	if left := processesBelow(t, dir); left != "" {
		t.Errorf("left after Stop:\n%s", left)
	}
}

func TestAClusterThatWasLeftRunningIsEnded(t *testing.T) {
	if testing.Short() {
		t.Skip("starts three servers")
	}
	dir := t.TempDir()
	c := startCluster(t, dir)
	if err := servers.EndLeftRabbitMQ(dir); err != nil {
		t.Fatal(err)
	}
	for i, n := range c.Nodes() {
		select {
		case <-n.Done():
		case <-time.After(testkit.Patience(time.Minute)):
			t.Fatalf("node %d runs on", i+1)
		}
	}
	if left := processesBelow(t, dir); left != "" {
		t.Errorf("still there:\n%s", left)
	}
}
