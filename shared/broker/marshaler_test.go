package broker_test

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/google/go-cmp/cmp"
	amqp "github.com/rabbitmq/amqp091-go"

	"github.com/millrace/millrace/shared/broker"
	"github.com/millrace/millrace/shared/fault"
)

func TestMarshalSetsTheProperties(t *testing.T) {
	m := message.NewMessage("id-1", []byte(`{"a":1}`))
	m.Metadata = message.Metadata{
		"type": "document.received.v1", "correlation_id": "c", "attempt": "3",
		"x-death": "forged", broker.MetaDeliveryCount: "7", broker.MetaDeath: "[]",
	}
	p, err := broker.Marshaler{}.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	if p.DeliveryMode != amqp.Persistent || p.ContentType != "application/json" || p.MessageId != "id-1" ||
		p.Type != "document.received.v1" || p.CorrelationId != "c" || time.Since(p.Timestamp) > time.Minute {
		t.Errorf("%+v", p)
	}
	want := amqp.Table{"type": "document.received.v1", "correlation_id": "c", "attempt": "3", "_watermill_message_uuid": "id-1"}
	if diff := cmp.Diff(want, p.Headers); diff != "" {
		t.Error(diff)
	}
}

func TestHeadersAreCutToFitAFrame(t *testing.T) {
	m := message.NewMessage("id", nil)
	long := strings.Repeat("é", 40<<10)
	for _, key := range []string{"a", "b", "c", "d", "e", "f", "g", "h"} {
		m.Metadata.Set(key, long)
	}
	m.Metadata.Set("short", "kept")
	p, err := broker.Marshaler{}.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	total := 0
	for key, value := range p.Headers {
		s := value.(string)
		if total += len(key) + len(s); !utf8.ValidString(s) {
			t.Errorf("%s is cut within a character", key)
		}
	}
	if total > 100<<10 || p.Headers["short"] != "kept" {
		t.Errorf("%d bytes, short is %q", total, p.Headers["short"])
	}
	m.Metadata.Set(strings.Repeat("k", 256), "")
	if _, err := (broker.Marshaler{}).Marshal(m); fault.ClassOf(err) != fault.ClassPermanent {
		t.Errorf("a key above 255 bytes: %v", err)
	}
}

func TestUnmarshalTakesAnyHeader(t *testing.T) {
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	m, err := broker.Marshaler{Prefix: "p."}.Unmarshal(amqp.Delivery{
		Acknowledger: &amqp.Channel{}, MessageId: "property", Redelivered: true, Body: []byte("b"),
		Headers: amqp.Table{
			"text": "t", "int": int64(5), "bool": true, "time": at, "nil": nil, "bytes": []byte("raw"),
			"table": amqp.Table{"k": int32(1)}, "list": []any{"a", int16(2)},
			"x-delivery-count": int64(3), "x-first-death-queue": "p.g.t", "x-first-death-reason": "rejected",
			"x-death": []any{amqp.Table{"queue": "p.g.t", "reason": "delivery_limit"}, amqp.Table{"queue": "p.g.t", "reason": "rejected"}},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := message.Metadata{
		"text": "t", "int": "5", "bool": "true", "time": "2026-01-02T03:04:05Z", "nil": "", "bytes": "raw",
		"table": `{"k":1}`, "list": `["a",2]`,
		broker.MetaDeliveryCount: "3", broker.MetaFirstDeathQueue: "g.t", broker.MetaFirstDeathReason: "rejected",
		broker.MetaLastDeathQueue: "g.t", broker.MetaLastDeathReason: "delivery_limit",
		broker.MetaDeath:       `[{"queue":"p.g.t","reason":"delivery_limit"},{"queue":"p.g.t","reason":"rejected"}]`,
		broker.MetaRedelivered: "true",
	}
	if diff := cmp.Diff(want, m.Metadata); diff != "" {
		t.Error(diff)
	}
	if m.UUID != "property" || string(m.Payload) != "b" {
		t.Errorf("%s %s", m.UUID, m.Payload)
	}
	if _, err := (broker.Marshaler{}).Unmarshal(amqp.Delivery{}); err == nil {
		t.Error("a phantom is a message")
	}
}

func TestADeadLetterThatIsMovedStillTellsWhoseItWas(t *testing.T) {
	m := broker.Marshaler{Prefix: "p."}
	died := amqp.Delivery{Acknowledger: &amqp.Channel{}, Headers: amqp.Table{"x-death": []any{amqp.Table{"queue": "p.g.t", "reason": "delivery_limit"}}}}
	msg, err := m.Unmarshal(died)
	if err != nil {
		t.Fatal(err)
	}
	moved, err := m.Marshal(msg)
	if err != nil {
		t.Fatal(err)
	}
	for reason, headers := range map[string]amqp.Table{
		"delivery_limit": moved.Headers,
		"expired":        {broker.MetaLastDeathQueue: "old", broker.MetaLastDeathReason: "old", "x-last-death-queue": "p.g.t", "x-last-death-reason": "expired"},
	} {
		got, err := m.Unmarshal(amqp.Delivery{Acknowledger: &amqp.Channel{}, Headers: headers})
		if err != nil || got.Metadata[broker.MetaLastDeathQueue] != "g.t" || got.Metadata[broker.MetaLastDeathReason] != reason {
			t.Errorf("%v, %v", got.Metadata, err)
		}
	}
}
