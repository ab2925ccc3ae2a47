package event_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/event/internal/contract"
	"github.com/millrace/millrace/shared/fault"
)

var update = flag.Bool("update", false, "write the golden files")

func newCodec(t *testing.T) *event.Codec {
	t.Helper()
	c, err := event.NewCodec()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func envelopeOf(p event.Payload) map[string]string {
	return event.Envelope{ID: "e1", Type: p.Topic(), Time: time.Unix(0, 0)}.Metadata()
}

func TestEveryTopicHasAnExampleAndAGoldenFile(t *testing.T) {
	c := newCodec(t)
	byTopic := make(map[string]event.Payload)
	for _, p := range examples() {
		byTopic[p.Topic()] = p
	}
	for _, kind := range event.All() {
		t.Run(kind.Topic, func(t *testing.T) {
			p, ok := byTopic[kind.Topic]
			if !ok {
				t.Fatal("no example: add one to examples()")
			}
			body, err := c.Encode(p)
			if err != nil {
				t.Fatal(err)
			}
			var got bytes.Buffer
			if err := json.Indent(&got, body, "", "  "); err != nil {
				t.Fatal(err)
			}
			got.WriteByte('\n')
			golden := filepath.Join("testdata", kind.Topic+".json")
			if *update {
				if err := os.WriteFile(golden, got.Bytes(), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got.String()); diff != "" {
				t.Errorf("the published form changed (-golden +now); a consumer of this version may break:\n%s", diff)
			}
		})
	}
}

func TestGoldenFilesOfThisVersionStillDecode(t *testing.T) {
	c := newCodec(t)
	for _, p := range examples() {
		body, err := os.ReadFile(filepath.Join("testdata", p.Topic()+".json"))
		if err != nil {
			t.Fatal(err)
		}
		var got event.Payload
		switch p.(type) {
		case event.Received:
			_, got, err = decode[event.Received](c, p, body)
		case event.Parsed:
			_, got, err = decode[event.Parsed](c, p, body)
		case event.Classified:
			_, got, err = decode[event.Classified](c, p, body)
		case event.Extracted:
			_, got, err = decode[event.Extracted](c, p, body)
		case event.Corrected:
			_, got, err = decode[event.Corrected](c, p, body)
		case event.Replayed:
			_, got, err = decode[event.Replayed](c, p, body)
		}
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(p, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", p.Topic(), diff)
		}
	}
}

func decode[P event.Payload](c *event.Codec, of event.Payload, body []byte) (event.Envelope, event.Payload, error) {
	e, p, err := event.Decode[P](c, envelopeOf(of), body)
	return e, p, err
}

func TestGeneratedContractIsUpToDate(t *testing.T) {
	files, err := contract.Files()
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range files {
		got, err := os.ReadFile(name)
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s differs from the structs (%v): run make generate", name, err)
		}
	}
}

func TestDecodeRefuses(t *testing.T) {
	c := newCodec(t)
	received := examples()[0]
	good, err := c.Encode(received)
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name     string
		metadata map[string]string
		body     string
		kind     string
		says     string
	}{
		{"an unknown major version", event.Envelope{ID: "e", Type: "document.received.v2"}.Metadata(), string(good), "unknown_version", "document.received.v2"},
		{"no id", event.Envelope{Type: event.TopicReceived}.Metadata(), string(good), "invalid_envelope", "no id"},
		{"no JSON", envelopeOf(received), "not json", "invalid_payload", "not JSON"},
		{"empty", envelopeOf(received), "", "invalid_payload", "not JSON"},
		{"a missing property", envelopeOf(received), `{"document_id":"` + strings.Repeat("0f", 32) + `"}`, "invalid_payload", "content"},
		{"a bad document id", envelopeOf(received), strings.Replace(string(good), "0f0f", "XYZ", 1), "invalid_payload", "document_id"},
		{"a wrong type", envelopeOf(received), strings.Replace(string(good), "48213", `"many"`, 1), "invalid_payload", "size"},
		{"data after the end", envelopeOf(received), string(good) + "{}", "invalid_payload", "not JSON"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, _, err := event.Decode[event.Received](c, tt.metadata, []byte(tt.body))
			if fault.ClassOf(err) != fault.ClassPermanent || fault.KindOf(err) != tt.kind {
				t.Fatalf("got %v (%v, %q), want a permanent %q", err, fault.ClassOf(err), fault.KindOf(err), tt.kind)
			}
			if !strings.Contains(err.Error(), tt.says) || strings.Contains(err.Error(), "\n") {
				t.Errorf("error %q does not say %q on one line", err, tt.says)
			}
		})
	}
}

func TestDecodeAcceptsAdditions(t *testing.T) {
	c := newCodec(t)
	body, err := c.Encode(examples()[0])
	if err != nil {
		t.Fatal(err)
	}
	later := strings.Replace(string(body), "{", `{"added_later":{"x":1},`, 1)
	if _, _, err := event.Decode[event.Received](c, envelopeOf(examples()[0]), []byte(later)); err != nil {
		t.Fatalf("an additive change broke this version: %v", err)
	}
}

func TestEncodeRefusesWhatNoConsumerWouldAccept(t *testing.T) {
	c := newCodec(t)
	_, err := c.Encode(event.Received{})
	if fault.KindOf(err) != "invalid_payload" {
		t.Errorf("empty payload: %v", err)
	}
	big := examples()[3].(event.Extracted)
	big.Fields[0].Raw = strings.Repeat("x", event.MaxSize)
	if _, err := c.Encode(big); fault.KindOf(err) != "message_too_large" {
		t.Errorf("oversized payload: %v", err)
	}
}

func TestEnvelopeRoundTrip(t *testing.T) {
	want := event.Envelope{
		ID: "a", Source: "parser", Type: event.TopicParsed, Subject: "d", Time: time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC),
		DataSchema: event.SchemaID(event.TopicParsed), CorrelationID: "c", CausationID: "b", Attempt: 3,
		TraceParent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", StageVersion: "1", Started: time.Date(2026, 1, 2, 3, 4, 4, 0, time.UTC),
	}
	if diff := cmp.Diff(want, event.ParseEnvelope(want.Metadata())); diff != "" {
		t.Error(diff)
	}
	if got := event.ParseEnvelope(map[string]string{"attempt": "-4", "time": "yesterday"}); got != (event.Envelope{}) {
		t.Errorf("damaged attributes are not zero: %+v", got)
	}
}

func TestOutputIDIsAFunctionOfItsArguments(t *testing.T) {
	a := event.OutputID("in", "parser", "1", event.TopicParsed)
	if a != event.OutputID("in", "parser", "1", event.TopicParsed) {
		t.Error("the same work gives another id")
	}
	for _, other := range []string{
		event.OutputID("in2", "parser", "1", event.TopicParsed), event.OutputID("in", "parser", "2", event.TopicParsed),
		event.OutputID("in", "other", "1", event.TopicParsed), event.OutputID("in", "parser", "1", event.TopicReceived),
		event.OutputID(`in" "parser`, "", "1", event.TopicParsed),
	} {
		if a == other {
			t.Error("other work gives the same id")
		}
	}
}

func TestReadDeadLetter(t *testing.T) {
	metadata := event.Envelope{ID: "e", Type: event.TopicReceived, Subject: "doc"}.Metadata()
	metadata[event.KeyBrokerDeathReason] = "delivery_limit"
	var d event.DeadLetter
	for _, queue := range []string{"parser.document.received.v1", "parser.document.received.v1.suspect"} {
		metadata[event.KeyBrokerDeathQueue] = queue
		d = event.ReadDeadLetter(metadata, []byte("x"))
		if d.Class != "crashed" || d.Queue != "parser.document.received.v1" || d.DocumentID != "doc" || d.FromTopic != event.TopicReceived || d.Group != "parser" {
			t.Errorf("broker death in %s: %+v", queue, d)
		}
	}
	metadata[event.KeyDeadClass], metadata[event.KeyDeadKind], metadata[event.KeyDeadAttempts] = "permanent", "encrypted", "1"
	d = event.ReadDeadLetter(metadata, []byte("x"))
	if d.Class != "permanent" || d.Kind != "encrypted" || d.Attempts != 1 {
		t.Errorf("stage death: %+v", d)
	}
}
