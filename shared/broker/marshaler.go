package broker

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	wamqp "github.com/ThreeDotsLabs/watermill-amqp/v3/pkg/amqp"
	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/google/uuid"
	amqp "github.com/rabbitmq/amqp091-go"

	"github.com/millrace/millrace/shared/fault"
)

// Metadata that a received message carries about its delivery. None of it is sent when the message is published again:
// whoever counts attempts uses metadata of its own.
const (
	// MetaDeliveryCount is how many earlier deliveries of the message failed, as the queue counts them; absent for none.
	MetaDeliveryCount = "amqp_delivery_count"
	// MetaRedelivered is "true" for a message that was delivered before; absent otherwise.
	MetaRedelivered = "amqp_redelivered"
	// MetaFirstDeathQueue and MetaLastDeathQueue are the names of the queues that dead-lettered the message first and last.
	MetaFirstDeathQueue = "amqp_first_death_queue"
	MetaLastDeathQueue  = "amqp_last_death_queue"
	// MetaFirstDeathReason and MetaLastDeathReason are why: "rejected", "expired", "delivery_limit" or "maxlen".
	MetaFirstDeathReason = "amqp_first_death_reason"
	MetaLastDeathReason  = "amqp_last_death_reason"
	// MetaDeath is RabbitMQ's whole history of dead-lettering (x-death) as JSON, with names as the broker knows them.
	MetaDeath = "amqp_death"

	headerDeath      = "x-death"
	headerLastQueue  = "x-last-death-queue"
	headerLastReason = "x-last-death-reason"

	metaPrefix   = "amqp_"
	brokerPrefix = "x-"
	uuidHeader   = wamqp.DefaultMessageUUIDHeaderKey
	contentType  = "application/json"
)

// Headers must fit one frame of 128 KiB together with the properties; a longer header is cut rather than the message lost.
const (
	maxHeaderBytes  = 16 << 10
	maxHeadersBytes = 96 << 10
	truncatedMark   = "…[truncated]"
)

// Marshaler turns Watermill messages into AMQP messages and back. It speaks the format of watermill-amqp's
// DefaultMarshaler (and implements its Marshaler interface), so that programs using that package may join the topics, and
// beyond that it takes any header a broker or another client may add.
type Marshaler struct {
	// Prefix is taken off queue names in metadata.
	Prefix string
}

var _ wamqp.Marshaler = Marshaler{}

// Marshal returns a persistent message with the metadata as string headers. Delivery facts and the broker's own x-*
// headers are left out, but for the latest death: a dead letter that is moved to another queue must still tell whose it was; values that are too long are cut. A body above [MaxMessageBytes] is a Permanent fault of kind
// "message_too_large"; a metadata key above 255 bytes one of kind "metadata_key_too_long".
func (Marshaler) Marshal(msg *message.Message) (amqp.Publishing, error) {
	if len(msg.Payload) > MaxMessageBytes {
		return amqp.Publishing{}, fault.New(fault.ClassPermanent, "message_too_large",
			"message %s has %d bytes; the most is %d: put content into the blob store and send its reference", msg.UUID, len(msg.Payload), MaxMessageBytes)
	}
	headers := make(amqp.Table, len(msg.Metadata)+1)
	total := 0
	for key, value := range msg.Metadata {
		if strings.HasPrefix(key, brokerPrefix) || strings.HasPrefix(key, metaPrefix) && key != MetaLastDeathQueue && key != MetaLastDeathReason {
			continue
		}
		if len(key) > 255 {
			return amqp.Publishing{}, fault.New(fault.ClassPermanent, "metadata_key_too_long",
				"message %s: the metadata key %.40q… has %d bytes; AMQP allows 255", msg.UUID, key, len(key))
		}
		value = truncate(value, maxHeaderBytes)
		headers[key] = value
		total += len(key) + len(value) + 6
	}
	if total > maxHeadersBytes {
		if err := shrink(headers, total); err != nil {
			return amqp.Publishing{}, fmt.Errorf("message %s: %w", msg.UUID, err)
		}
	}
	headers[uuidHeader] = msg.UUID
	p := amqp.Publishing{
		Headers:       headers,
		ContentType:   contentType,
		DeliveryMode:  amqp.Persistent,
		CorrelationId: short(msg.Metadata["correlation_id"]),
		MessageId:     short(msg.UUID),
		Type:          short(msg.Metadata["type"]),
		Timestamp:     time.Now().UTC(),
		Body:          msg.Payload,
	}
	if p.MessageId == "" {
		// A returned message is recognised by its id.
		p.MessageId = uuid.NewString()
	}
	return p, nil
}

// Unmarshal returns the message with its headers as metadata. It fails for a delivery that no broker made (the zero value
// that a closed channel yields) and for a body in an encoding that it does not know.
func (m Marshaler) Unmarshal(d amqp.Delivery) (*message.Message, error) {
	if d.Acknowledger == nil {
		return nil, errors.New("not a delivery: there is nobody to acknowledge it to")
	}
	switch d.ContentEncoding {
	case "", "identity", "utf-8", "UTF-8":
	default:
		return nil, fault.New(fault.ClassPermanent, "content_encoding", "message %s has the content encoding %q; send the body as it is", d.MessageId, d.ContentEncoding)
	}
	id := d.MessageId
	if v, ok := d.Headers[uuidHeader]; ok {
		id = text(v)
	}
	msg := message.NewMessage(id, d.Body)
	msg.Metadata = make(message.Metadata, len(d.Headers))
	for key, value := range d.Headers {
		if key == uuidHeader {
			continue
		}
		if !strings.HasPrefix(key, brokerPrefix) {
			msg.Metadata[key] = text(value)
			continue
		}
		switch key {
		case headerLastQueue, headerLastReason:
			continue // see lastDeath
		case "x-first-death-queue":
			value = strings.TrimPrefix(text(value), m.Prefix)
		}
		msg.Metadata[metaPrefix+strings.ReplaceAll(strings.TrimPrefix(key, brokerPrefix), "-", "_")] = text(value)
	}
	if d.Redelivered {
		msg.Metadata[MetaRedelivered] = "true"
	}
	m.lastDeath(msg.Metadata, d.Headers)
	return msg, nil
}

// lastDeath tells of the latest death. RabbitMQ has headers for it since 3.13; before, it is the first of x-death. Where the
// broker knows nothing the message may still carry it, see [Marshaler.Marshal].
func (m Marshaler) lastDeath(metadata message.Metadata, headers amqp.Table) {
	queue, reason := headers[headerLastQueue], headers[headerLastReason]
	if deaths, ok := headers[headerDeath].([]any); ok && len(deaths) > 0 && reason == nil {
		last, _ := deaths[0].(amqp.Table)
		queue, reason = last["queue"], last["reason"]
	}
	if reason != nil {
		metadata[MetaLastDeathQueue] = strings.TrimPrefix(text(queue), m.Prefix)
		metadata[MetaLastDeathReason] = text(reason)
	}
}

// deliveryCount is how many earlier deliveries of a message failed, as a quorum queue counts them.
func deliveryCount(d amqp.Delivery) int64 {
	n, _ := d.Headers["x-delivery-count"].(int64)
	return n
}

// text is any header value as a string: what AMQP can hold that is not one already is written as JSON.
func text(value any) string {
	switch v := value.(type) {
	case string:
		return v
	case []byte:
		return string(v)
	case nil:
		return ""
	case bool:
		return strconv.FormatBool(v)
	case time.Time:
		return v.UTC().Format(time.RFC3339)
	}
	encoded, err := json.Marshal(value)
	if err != nil {
		return fmt.Sprint(value)
	}
	return string(encoded)
}

// short cuts a property to the 255 bytes that AMQP allows it.
func short(s string) string { return cut(s, 255) }

func truncate(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	return cut(s, limit-len(truncatedMark)) + truncatedMark
}

// cut shortens s to at most limit bytes without splitting a character.
func cut(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	for limit > 0 && !utf8.RuneStart(s[limit]) {
		limit--
	}
	return s[:limit]
}

// shrink cuts the longest values until all headers fit.
func shrink(headers amqp.Table, total int) error {
	keys := slices.SortedFunc(maps.Keys(headers), func(a, b string) int { return len(headers[b].(string)) - len(headers[a].(string)) })
	const floor = 256
	for _, key := range keys {
		value := headers[key].(string)
		if len(value) <= floor {
			break
		}
		keep := max(floor, len(value)-(total-maxHeadersBytes))
		headers[key] = truncate(value, keep)
		total -= len(value) - len(headers[key].(string))
		if total <= maxHeadersBytes {
			return nil
		}
	}
	return fault.New(fault.ClassPermanent, "metadata_too_large", "%d metadata entries do not fit the %d bytes of a frame", len(headers), maxHeadersBytes)
}
