package testkit

import (
	"testing"

	amqp "github.com/rabbitmq/amqp091-go"
)

// Purge throws away what waits in a queue, as a careless operator does, and returns how many messages that were. The name is
// the broker's own, prefix included.
func Purge(t testing.TB, url, queue string) int {
	t.Helper()
	conn, err := amqp.Dial(url)
	if err != nil {
		t.Fatalf("purge %s: %v", queue, err)
	}
	defer conn.Close()
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
	defer conn.Close()
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
