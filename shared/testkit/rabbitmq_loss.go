package testkit

import (
	"net/url"
	"strings"
	"testing"

	amqp "github.com/rabbitmq/amqp091-go"
)

// LoseVhost makes a vhost of [Vhost] as empty as a broker that lost its disk: connections end, queues, exchanges and messages are gone.
// Where the test has no vhost of its own it is skipped, or fails where CI=true.
func LoseVhost(t testing.TB, amqpURL string) {
	t.Helper()
	u, err := url.Parse(amqpURL)
	if err != nil {
		t.Fatal("not a URL of Vhost")
	}
	name := strings.TrimPrefix(u.Path, "/")
	if !strings.HasPrefix(name, "test-") {
		Unavailable(t, "the test has no vhost of its own to lose")
	}
	for _, arguments := range [][]string{
		{"delete_vhost", name}, {"add_vhost", name}, {"set_permissions", "-p", name, u.User.Username(), ".*", ".*", ".*"},
	} {
		if err := Control(arguments...); err != nil {
			t.Fatal(err)
		}
	}
}

// Purge throws away what waits in a queue, as a careless operator does, and returns how many messages that were. The name is
// the broker's own, prefix included.
func Purge(t testing.TB, url, queue string) int {
	t.Helper()
	conn, err := amqp.Dial(url)
	if err != nil {
		t.Fatalf("purge %s: %v", queue, err)
	}
	defer conn.Close() //nolint:errcheck // the test is about what is left
	channel, err := conn.Channel()
	if err != nil {
		t.Fatalf("purge %s: %v", queue, err)
	}
	n, err := channel.QueuePurge(queue, false)
	if err != nil {
		t.Fatalf("purge %s: %v", queue, err)
	}
	return n
}

// TakeOne throws away the first message that waits in a queue; false where none did.
func TakeOne(t testing.TB, url, queue string) bool {
	t.Helper()
	conn, err := amqp.Dial(url)
	if err != nil {
		t.Fatalf("take a message from %s: %v", queue, err)
	}
	defer conn.Close() //nolint:errcheck // the test is about what is left
	channel, err := conn.Channel()
	if err != nil {
		t.Fatalf("take a message from %s: %v", queue, err)
	}
	_, found, err := channel.Get(queue, true)
	if err != nil {
		t.Fatalf("take a message from %s: %v", queue, err)
	}
	return found
}
