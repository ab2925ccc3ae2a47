package broker

import (
	"fmt"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
)

const (
	historySuffix = ".history"

	// RabbitMQ drops old messages by whole segments, and only where a new one begins: sixteen of them let the limits work
	// within a sixteenth of what is kept. The least holds a few messages of [MaxMessageBytes], the most is RabbitMQ's default.
	historySegments   = 16
	leastSegmentBytes = 4 << 20
	mostSegmentBytes  = 500_000_000
)

// HistoryConfig says how much of every topic is kept in its history, a RabbitMQ stream beside the groups' queues. Old
// messages go when either limit is passed. Changing it on existing streams needs them to be deleted first.
type HistoryConfig struct {
	// MaxAge is how long a message is kept; 0 means that age does not matter.
	MaxAge time.Duration
	// MaxBytes is how much is kept of each topic; 0 means no history. At least 8 MiB.
	MaxBytes int64
}

// HistoryQueue returns the name of the stream that keeps a topic's history.
func HistoryQueue(topic string) string { return topic + historySuffix }

func (h HistoryConfig) validate() error {
	switch {
	case h.MaxBytes == 0:
		return nil
	case h.MaxBytes < 2*leastSegmentBytes:
		return fmt.Errorf("a history of %d bytes; use 0 for none or at least %d", h.MaxBytes, 2*leastSegmentBytes)
	case h.MaxAge != 0 && h.MaxAge < time.Second:
		return fmt.Errorf("a history of %v; use 0 for any age or at least 1s", h.MaxAge)
	}
	return nil
}

// arguments are those of the stream.
func (h HistoryConfig) arguments() amqp.Table {
	args := amqp.Table{
		"x-queue-type":                    "stream",
		"x-max-length-bytes":              h.MaxBytes,
		"x-stream-max-segment-size-bytes": min(max(h.MaxBytes/historySegments, leastSegmentBytes), mostSegmentBytes),
	}
	if h.MaxAge > 0 {
		args["x-max-age"] = fmt.Sprintf("%ds", int64(h.MaxAge/time.Second))
	}
	return args
}
