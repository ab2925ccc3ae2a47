package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/rebuild"
)

// published is an event as the sink got it.
type published struct {
	envelope event.Envelope
	payload  event.Payload
}

// TestEventsMadeAgainEqualThePublishedOnes stores documents and makes their events again from the rows: every field of the
// payload and of the envelope is as it was.
func TestEventsMadeAgainEqualThePublishedOnes(t *testing.T) {
	w := newWorld(t)
	want := make(map[string][]published)
	var ids []string
	for i := range 3 {
		s := newStory(w, t, fmt.Sprint("doc", i), "some text")
		ids = append(ids, s.id)
		for topic, p := range storeWhole(t, w, s) {
			want[topic] = append(want[topic], p)
		}
	}
	for _, topic := range []string{event.TopicReceived, event.TopicParsed, event.TopicClassified, event.TopicExtracted} {
		got, err := rebuild.Input(t.Context(), w.pool, topic, ids)
		if err != nil {
			t.Fatal(err)
		}
		for i, r := range got {
			if r.DocumentID != ids[i] || r.Missing != "" || r.ID != want[topic][i].envelope.ID {
				t.Fatalf("%s of document %d: %+v", topic, i, r)
			}
			if diff := cmp.Diff(want[topic][i].envelope.Metadata(), r.Metadata); diff != "" {
				t.Errorf("%s: the envelope (-published +made again):\n%s", topic, diff)
			}
			assertBody(t, want[topic][i].payload, r)
		}
	}
}

// assertBody decodes what was made again as a stage would and compares it with what was published.
func assertBody(t *testing.T, want event.Payload, r rebuild.Rebuilt) {
	t.Helper()
	codec, err := event.NewCodec()
	if err != nil {
		t.Fatal(err)
	}
	var got event.Payload
	switch want.(type) {
	case event.Received:
		_, got, err = decode[event.Received](codec, r)
	case event.Parsed:
		_, got, err = decode[event.Parsed](codec, r)
	case event.Classified:
		_, got, err = decode[event.Classified](codec, r)
	case event.Extracted:
		_, got, err = decode[event.Extracted](codec, r)
	}
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s: the payload (-published +made again):\n%s", want.Topic(), diff)
	}
}

func decode[P event.Payload](codec *event.Codec, r rebuild.Rebuilt) (event.Envelope, event.Payload, error) {
	e, p, err := event.Decode[P](codec, r.Metadata, r.Body)
	return e, p, err
}

// storeWhole stores all results of a story with every optional field set and returns the events by topic. An earlier
// version of each result and a later arrival are stored too: neither is what is made again.
func storeWhole(t *testing.T, w *world, s story) map[string]published {
	t.Helper()
	at := func(topic, stageName, version, cause string, second int) event.Envelope {
		e := s.envelope(topic, stageName, version, cause, second)
		e.Type, e.DataSchema = topic, event.SchemaID(topic)
		return e
	}
	received := event.Received{
		DocumentID: s.id, Content: s.content,
		Arrival: event.Arrival{ID: s.salt + "-arrival", Name: "ünï 名.pdf", Source: "http", At: s.start.Add(123456 * time.Microsecond)},
	}
	parsed := event.Parsed{
		DocumentID: s.id, Content: s.content, Layout: s.layout, Outcome: "partial", Engine: "glyph/1", Reason: "the first engine failed",
		Language: "en", Pages: 3, FailedPages: []int{2, 3}, Words: 7,
	}
	classified := event.Classified{
		DocumentID: s.id, Layout: s.layout, Class: event.Class{Label: "invoice", Confidence: 0.912345678901}, Model: "linear/1",
		Alternatives: []event.Class{{Label: "receipt", Confidence: 0.05}, {Label: "letter", Confidence: 1e-9}},
	}
	extracted := event.Extracted{
		DocumentID: s.id, Class: classified.Class, Template: "invoice/1",
		Fields:       []event.Field{amount("grand_total", "119.00"), {Name: "note", Value: "", Type: "text", Confidence: 1, Source: "rule/2"}, amount("net_total", "100.00")},
		Items:        []event.Item{lineItem("Oak", "2", "50.00", "100.00"), {Kind: "transaction", Cells: []event.Cell{{Name: "memo", Value: "", Type: "text"}}, Confidence: 1, Source: "rule/2"}},
		OmittedItems: 3, Checks: []event.Check{{Name: "line_items", Holds: true, Detail: "100.00 = 100.00"}, {Name: "dates"}},
	}
	events := map[string]published{
		event.TopicReceived:   {at(event.TopicReceived, "generator", "1", "", 1), received},
		event.TopicParsed:     {at(event.TopicParsed, "parser", "1", event.TopicReceived, 10), parsed},
		event.TopicClassified: {at(event.TopicClassified, "classifier", "1+linear", event.TopicParsed, 20), classified},
		event.TopicExtracted:  {at(event.TopicExtracted, "extractor", "1+templates.x", event.TopicClassified, 30), extracted},
	}
	w.play(t,
		s.extracted("old-x", "0", "old-c", 5, amount("grand_total", "1.00")), s.classified("old-c", "0", "old-p", "letter", 4),
		s.parsed("old-p", "0", "old-r", 3), s.received("later", "copy.pdf", 50),
		deliver("r", (*sink).received, events[event.TopicReceived].envelope, received),
		deliver("p", (*sink).parsed, events[event.TopicParsed].envelope, parsed),
		deliver("c", (*sink).classified, events[event.TopicClassified].envelope, classified),
		deliver("x", (*sink).extracted, events[event.TopicExtracted].envelope, extracted),
	)
	return events
}

func TestADocumentThatLacksAResultIsReported(t *testing.T) {
	w := newWorld(t)
	s := newStory(w, t, "s", "text")
	w.play(t, s.received("received", "a.pdf", 0), s.parsed("parsed", "1", "received", 1))
	unknown := strings.Repeat("0", 64)
	for topic, want := range map[string][]string{
		event.TopicReceived:   {"no arrival is stored", ""},
		event.TopicParsed:     {"no parse is stored", ""},
		event.TopicClassified: {"no classification is stored", "no classification is stored"},
	} {
		got, err := rebuild.Input(t.Context(), w.pool, topic, []string{unknown, s.id})
		if err != nil || len(got) != 2 {
			t.Fatalf("%s: %d results, %v", topic, len(got), err)
		}
		if got[0].DocumentID != unknown || got[0].Missing != want[0] || got[1].Missing != want[1] {
			t.Errorf("%s: %+v", topic, got)
		}
	}
	if _, err := rebuild.Input(t.Context(), w.pool, event.TopicDeadLetter, []string{s.id}); err == nil || !strings.Contains(err.Error(), "cannot be made again") {
		t.Errorf("another topic: %v", err)
	}
}

func TestSaltedEventsHaveTheSameNewIDEachTime(t *testing.T) {
	w := newWorld(t)
	s := newStory(w, t, "s", "text")
	w.play(t, s.received("received", "a.pdf", 0))
	made, err := rebuild.Input(t.Context(), w.pool, event.TopicReceived, []string{s.id})
	if err != nil {
		t.Fatal(err)
	}
	original, a, again, b := made[0], made[0].Salted("run-a"), made[0].Salted("run-a"), made[0].Salted("run-b")
	if a.ID != again.ID || a.ID == b.ID || a.ID == original.ID || a.Metadata[event.KeyID] != a.ID {
		t.Errorf("ids: original %s, a %s, a again %s, b %s; in the metadata %s", original.ID, a.ID, again.ID, b.ID, a.Metadata[event.KeyID])
	}
	if original.Metadata[event.KeyID] != original.ID {
		t.Error("salting changed the original")
	}
	if a.Metadata[event.KeyCorrelationID] != original.Metadata[event.KeyCorrelationID] {
		t.Error("the correlation id is lost")
	}
}
