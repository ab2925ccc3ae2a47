package servers_test

import (
	"context"
	"errors"
	"net"
	"net/url"
	"os"
	"strings"
	"testing"

	amqp "github.com/rabbitmq/amqp091-go"

	"github.com/millrace/millrace/shared/servers"
)

func startRabbitMQ(t *testing.T, dir string) *servers.RabbitMQ {
	t.Helper()
	r, err := servers.StartRabbitMQ(context.Background(), servers.RabbitMQConfig{Dir: dir})
	if errors.Is(err, servers.ErrNoRabbitMQ) && os.Getenv("CI") != "true" {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Stop(); err != nil {
			t.Error(err)
		}
	})
	return r
}

func dial(t *testing.T, url string) *amqp.Channel {
	t.Helper()
	conn, err := amqp.Dial(url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	ch, err := conn.Channel()
	if err != nil {
		t.Fatal(err)
	}
	return ch
}

func TestAPrivateRabbitMQKeepsItsDataOverKillRestartAndStop(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a server four times")
	}
	dir := t.TempDir()
	r := startRabbitMQ(t, dir)
	if _, err := dial(t, r.URL()).QueueDeclare("kept", true, false, false, false, amqp.Table{"x-queue-type": "quorum"}); err != nil {
		t.Fatal(err)
	}
	first := r.URL()

	if _, err := servers.StartRabbitMQ(context.Background(), servers.RabbitMQConfig{Dir: dir}); err == nil || !strings.Contains(err.Error(), "another process") {
		t.Fatalf("a second server in the same folder: %v", err)
	}

	r.Kill()
	<-r.Done()
	if _, err := amqp.Dial(first); err == nil {
		t.Fatal("it answers after Kill")
	}
	if err := r.Restart(context.Background()); err != nil {
		t.Fatal(err)
	}
	if _, err := dial(t, first).QueueDeclarePassive("kept", true, false, false, false, nil); err != nil {
		t.Fatalf("after Kill: %v", err)
	}
	if err := r.Restart(context.Background()); err != nil {
		t.Fatal(err)
	}
	if err := r.Stop(); err != nil {
		t.Fatal(err)
	}
	u, _ := url.Parse(first)
	if conn, err := net.Dial("tcp", u.Host); err == nil {
		_ = conn.Close()
		t.Fatal("it listens after Stop")
	}

	again := startRabbitMQ(t, dir)
	if _, err := dial(t, again.URL()).QueueDeclarePassive("kept", true, false, false, false, nil); err != nil {
		t.Fatalf("a new start on the same folder: %v", err)
	}
}
