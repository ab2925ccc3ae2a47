package event

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"strconv"
	"strings"
	"time"
)

// Metadata keys that a stage adds to a message it gives up on. The rest of the message is untouched.
const (
	KeyDeadStage    = "dead_stage"
	KeyDeadGroup    = "dead_group"
	KeyDeadQueue    = "dead_queue"
	KeyDeadTopic    = "dead_topic"
	KeyDeadClass    = "dead_class"
	KeyDeadKind     = "dead_kind"
	KeyDeadError    = "dead_error"
	KeyDeadStack    = "dead_stack"
	KeyDeadAttempts = "dead_attempts"
	KeyDeadAt       = "dead_at"
)

// Keys under which the broker package shows what the broker itself says of a message. They never leave the process.
const (
	KeyBrokerDeathQueue    = "amqp_last_death_queue"
	KeyBrokerDeathReason   = "amqp_last_death_reason"
	KeyBrokerDeliveryCount = "amqp_delivery_count"
)

// DeadLetter is a message that a consumer group gave up on: what it was, and why. On the wire it is the original message
// with dead_* metadata; a message that the broker dead-lettered itself (its consumer crashed until the delivery limit)
// has none, and is described from what the broker says.
type DeadLetter struct {
	ID         string            // id of the message that failed
	DocumentID string            // the message's subject
	FromTopic  string            // the topic it came by
	Group      string            // the consumer group that gave up on it
	Queue      string            // that group's work queue, prefix included; without where the broker gave up on it
	Stage      string            // the stage, normally the group's name
	Class      string            // fault class, or "crashed" for the delivery limit
	Kind       string            // machine-readable reason
	Message    string            // text of the error
	Stack      string            // of a panic
	Attempts   int               // spent, this one included
	Log        []Attempt         // the attempts, as far as they are known
	At         time.Time         // when it was given up on; zero when the broker did it
	Metadata   map[string]string // as it arrived, dead_* included
	Body       []byte            // the original body
}

// Key returns the id of the dead letter: one for a message and the group that gave up on it, however often the dead letter
// is delivered and the message fails again. Messages without an id are told apart by the time too.
func (p DeadLetter) Key() string {
	if id := p.Metadata[KeyDeadLetter]; id != "" {
		return id
	}
	at := int64(0)
	if p.ID == "" {
		at = p.At.UnixNano()
	}
	body := sha256.Sum256(p.Body) // damaged messages may share an id
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q %q %d %x", p.ID, p.Group, p.FromTopic, at, body))
	return hex.EncodeToString(sum[:16])
}

// Topic returns [TopicDeadLetter].
func (DeadLetter) Topic() string { return TopicDeadLetter }

// Subject returns the document id.
func (p DeadLetter) Subject() string { return p.DocumentID }

// ReadDeadLetter describes a message that was found on the dead-letter topic. It never fails: what is not known is empty.
func ReadDeadLetter(metadata map[string]string, body []byte) DeadLetter {
	e := ParseEnvelope(metadata)
	attempts, err := strconv.Atoi(metadata[KeyDeadAttempts])
	if err != nil {
		attempts = 0
	}
	d := DeadLetter{
		ID:         e.ID,
		DocumentID: e.Subject,
		FromTopic:  metadata[KeyDeadTopic],
		Group:      metadata[KeyDeadGroup],
		Queue:      metadata[KeyDeadQueue],
		Stage:      metadata[KeyDeadStage],
		Class:      metadata[KeyDeadClass],
		Kind:       metadata[KeyDeadKind],
		Message:    metadata[KeyDeadError],
		Stack:      metadata[KeyDeadStack],
		Attempts:   attempts,
		Log:        ReadAttempts(metadata),
		At:         parseTime(metadata[KeyDeadAt]),
		Metadata:   maps.Clone(metadata),
		Body:       body,
	}
	if d.FromTopic == "" {
		d.FromTopic = e.Type
	}
	if d.Class == "" {
		describeBrokerDeath(&d, metadata)
	}
	return d
}

// QueueSuspects is the end of the name of a group's queue of suspects, which follows the name of its work queue.
const QueueSuspects = ".suspect"

// describeBrokerDeath fills in a message that no stage but the broker dead-lettered. Only the queue is known, which is named
// after the group and the topic: <group>.<topic>, perhaps with [QueueSuspects].
func describeBrokerDeath(d *DeadLetter, metadata map[string]string) {
	d.Queue = strings.TrimSuffix(metadata[KeyBrokerDeathQueue], QueueSuspects)
	if group, topic, ok := strings.Cut(d.Queue, "."); ok {
		d.Group, d.FromTopic = group, topic
	}
	reason := metadata[KeyBrokerDeathReason]
	switch reason {
	case "delivery_limit":
		d.Class, d.Kind = "crashed", "delivery_limit"
		d.Message = "the stage stopped or crashed each time it was given this message, until the queue's delivery limit"
	case "rejected":
		d.Class, d.Kind = "permanent", "undecodable"
		d.Message = "the message could not be read as an AMQP message with an envelope"
	default:
		d.Class, d.Kind = "unknown", "unknown"
		d.Message = "the broker dead-lettered this message; reason given: " + strconv.Quote(reason)
	}
}
