package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/millrace/millrace/shared/blob"
	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/fault"
	"github.com/millrace/millrace/shared/stage"
)

func TestStatusFollowsTheDocument(t *testing.T) {
	w := newWorld(t)
	s := newStory(w, t, "s", "a text")
	steps := []struct {
		delivery delivery
		want     string
	}{
		{s.received("received", "a.pdf", 0), "received"},
		{s.failed("parser", event.TopicReceived, "received", 1), "failed"},
		{s.received("again", "b.pdf", 2), "failed"},
		{s.parsed("parsed", "1", "again", 3), "parsed"}, // by way of the second arrival
		{s.failed("sink", event.TopicClassified, "classified", 4), "failed"},
		{s.failed("sentiment", event.TopicParsed, "parsed", 5), "failed"},
		{s.classified("classified", "1", "parsed", "invoice", 4), "classified"}, // replayed to the sink
		{s.failed("extractor", event.TopicClassified, "classified", 6), "failed"},
		{s.extracted("extracted", "1", "classified", 7), "stored"},
		{s.failed("extractor", event.TopicClassified, "classified", 8), "stored"}, // results exist
	}
	for _, step := range steps {
		w.play(t, step.delivery)
		if got := value[string](t, w, "select status from documents where document_id = $1", s.id); got != step.want {
			t.Errorf("after %s the status is %s, want %s", step.delivery.name, got, step.want)
		}
	}
	if open := value[string](t, w, "select string_agg(stage, ' ') from failures where open"); open != "sentiment" {
		t.Errorf("open failures: %s", open)
	}
	if all := value[int](t, w, "select count(*) from failures"); all != 5 {
		t.Errorf("%d failures are kept, want 5", all)
	}
}

func TestOneBadRowFailsAloneAndTheRestIsStored(t *testing.T) {
	w := newWorld(t)
	var in []stage.Input[event.Received]
	for i := range 50 {
		s := newStory(w, t, fmt.Sprint("doc", i), "text")
		id := s.id
		if i == 17 || i == 18 || i == 40 {
			id = "not a document id"
		}
		in = append(in, stage.Input[event.Received]{Envelope: s.envelope("received", "generator", "1", "", 0), Payload: event.Received{
			DocumentID: id, Content: s.content, Arrival: event.Arrival{ID: fmt.Sprint(i), Name: "x", Source: "inbox", At: s.start},
		}})
	}
	_, errs := w.received(t.Context(), in)
	for i, err := range errs {
		bad := i == 17 || i == 18 || i == 40
		if (err != nil) != bad {
			t.Errorf("input %d: %v", i, err)
		}
		if bad && (fault.ClassOf(err) != fault.ClassPermanent || fault.KindOf(err) != "constraint") {
			t.Errorf("input %d is %v %q: %v", i, fault.ClassOf(err), fault.KindOf(err), err)
		}
	}
	if n := value[int](t, w, "select count(*) from documents"); n != 47 {
		t.Errorf("%d documents are stored, want 47", n)
	}
}

func TestTextThatPostgresRefusesIsCleaned(t *testing.T) {
	w := newWorld(t)
	s := newStory(w, t, "s", "NUL \x00inside broken\xff\xfeend")
	w.play(t,
		s.received("received", "na\x00me \xe4\xf6 ünï 名.pdf", 0),
		s.parsed("parsed", "1\x00", "received", 1),
		s.classified("classified", "1", "parsed", "in\x00voice", 2),
		s.extracted("extracted", "1", "classified", 3,
			event.Field{Name: "party\x00", Value: "A\x00B \xff", Type: "party", Raw: "\x00", Confidence: 1, Source: "r\x00"}),
		deliver("dead", (*sink).deadLetters, event.Envelope{}, event.DeadLetter{
			ID: "m\x00", FromTopic: "t\x00", Group: "g", Class: "permanent", Message: "bad \x00\xff", Metadata: map[string]string{"k\x00": "v\xff"},
		}),
	)
	if got := value[string](t, w, "select name from documents"); got != "name \uFFFD ünï 名.pdf" {
		t.Errorf("name %q", got)
	}
	if got := value[string](t, w, "select text from texts"); got != "NUL inside broken\uFFFDend\n" && got != "NUL inside broken\uFFFD\uFFFDend\n" {
		t.Errorf("text %q", got)
	}
	if got := value[string](t, w, "select name || '=' || value from fields"); got != "party=AB \uFFFD" {
		t.Errorf("field %q", got)
	}
	if got := value[string](t, w, "select message from failures"); got != "bad \uFFFD" {
		t.Errorf("failure %q", got)
	}
}

func TestLongTextsAreStoredWholeAndIndexedAsFarAsTheyFit(t *testing.T) {
	w := newWorld(t)
	var sb strings.Builder
	sb.WriteString("beginning ")
	for i := 0; sb.Len() < 5<<20; i++ { // every word is another one: far more than a tsvector holds
		fmt.Fprintf(&sb, "word%07x ", i)
	}
	sb.WriteString("ending")
	s := newStory(w, t, "s", sb.String())
	w.play(t, s.received("received", "long.pdf", 0), s.parsed("parsed", "1", "received", 1))
	if got := value[int](t, w, "select length(text) from texts"); got != sb.Len()+1 {
		t.Errorf("%d characters are stored, want %d", got, sb.Len()+1)
	}
	if got := value[int](t, w, "select count(*) from search('beginning')"); got != 1 {
		t.Errorf("the beginning is found %d times", got)
	}
	repeating := newStory(w, t, "r", strings.Repeat("the quick brown fox jumps over it ", 150_000)+"finally")
	w.play(t, repeating.received("received", "book.pdf", 0), repeating.parsed("parsed", "1", "received", 1))
	if got := value[string](t, w, "select name from search('finally')"); got != "book.pdf" {
		t.Errorf("the last word of a long text is found in %q", got)
	}
}

func TestSearchKnowsTheLanguageOfEachText(t *testing.T) {
	w := newWorld(t)
	for i, text := range []struct{ language, text string }{
		{"en", "The company has paid three invoices"},
		{"de", "Die Rechnungen wurden bezahlt und die Häuser verkauft"},
		{"fr", "Les chevaux ont mangé"},
		{"", "plain invoices without language"},
		{"xx", "an unknown language"},
	} {
		s := newStory(w, t, fmt.Sprint("s", i), text.text)
		s.layout = w.layoutOf(t, text.language, text.text)
		w.play(t, s.received("received", text.language+".pdf", 0), s.parsed("parsed", "1", "received", 1))
	}
	tests := []struct{ query, want string }{
		{"invoice", "en.pdf"}, // stemmed in English; the text without a language has another word form
		{"invoices", ".pdf en.pdf"},
		{"Haus", "de.pdf"},
		{"rechnung", "de.pdf"},
		{"bezahlte", "de.pdf"},
		{"cheval", "fr.pdf"},
		{"mangée", "fr.pdf"},
		{`"three invoices"`, "en.pdf"},
		{"invoices -paid", ".pdf"},
		{"company or unknown", "en.pdf xx.pdf"},
		{"'); drop table", ""},
		{"", ""},
	}
	for _, tt := range tests {
		got := value[string](t, w, "select coalesce(string_agg(name, ' ' order by name), '') from search($1)", tt.query)
		if got != tt.want {
			t.Errorf("search(%q) finds %q, want %q", tt.query, got, tt.want)
		}
	}
	if got := value[string](t, w, "select headline from search('invoice')"); !strings.Contains(got, "«invoices»") {
		t.Errorf("headline %q", got)
	}
}

func TestOldVersionsStayQueryable(t *testing.T) {
	w := newWorld(t)
	s := newStory(w, t, "s", "text")
	w.play(t, whole(s)...)
	w.play(t, s.extracted("extracted2", "2", "classified", 90, amount("grand_total", "119.00")))
	w.play(t, s.classified("reclassified", "2", "parsed", "receipt", 100))
	if got := value[string](t, w, "select class from documents"); got != "receipt" {
		t.Errorf("class %q", got)
	}
	if got := value[int](t, w, "select count(*) from fields"); got != 1 {
		t.Errorf("%d current fields, want 1", got)
	}
	if got := value[int](t, w, "select count(*) from field_history where not current"); got != 2 {
		t.Errorf("%d fields of the old version, want 2", got)
	}
	if got := value[string](t, w, "select result from versions where stage = 'classifier' and not current"); got != "invoice" {
		t.Errorf("the old class is %q", got)
	}
	// The same version again, later, with fewer fields: it replaces.
	w.play(t, s.extracted("extracted3", "2", "reclassified", 101))
	if got := value[int](t, w, "select count(*) from fields"); got != 0 {
		t.Errorf("%d fields after a later extraction without any", got)
	}
}

func TestFieldsAreTypedWhereTheyCanBe(t *testing.T) {
	w := newWorld(t)
	s := newStory(w, t, "s", "text")
	field := func(typ, value string) event.Field {
		return event.Field{Name: typ + " " + value, Value: value, Type: typ, Confidence: 1, Source: "r"}
	}
	w.play(t, s.received("received", "a", 0), s.extracted("extracted", "1", "classified", 3,
		field("amount", "1234.50"), field("amount", "-3"), field("amount", "1e999999"), field("amount", "12,50"), field("text", "7"),
		field("date", "2026-02-28"), field("date", "2026-02-30"), field("date", "0000-01-01"),
		field("identifier", strings.Repeat("x", 5000)), // more than a B-tree would hold
	))
	got := value[string](t, w, `select string_agg(left(name, 20) || ':' || coalesce(as_number::text, as_date::text, '-'), '; ' order by ordinal) from fields`)
	want := "amount 1234.50:1234.50; amount -3:-3; amount 1e999999:-; amount 12,50:-; text 7:-; date 2026-02-28:2026-02-28; date 2026-02-30:-; date 0000-01-01:-; identifier xxxxxxxxx:-"
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestADocumentThatArrivesAgainDoesNotReadItsLayoutAgain(t *testing.T) {
	w := newWorld(t)
	s := newStory(w, t, "s", "text")
	w.play(t, s.received("received", "a", 0), s.parsed("parsed", "1", "received", 1))
	w.removeBlob(t, s.layout.Ref)
	w.play(t, s.received("again", "b", 2), s.parsed("parsed-again", "1", "again", 3))
	other := newStory(w, t, "o", "another text")
	w.removeBlob(t, other.layout.Ref)
	err := other.parsed("parsed", "1", "received", 1).to(t.Context(), w)
	if fault.ClassOf(err) != fault.ClassPermanent || fault.KindOf(err) != "blob_missing" {
		t.Errorf("a missing layout: %v %q: %v", fault.ClassOf(err), fault.KindOf(err), err)
	}
}

func (w *world) removeBlob(t *testing.T, ref blob.Ref) {
	t.Helper()
	f, err := w.blobs.Open(t.Context(), ref)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(f.Close(), os.Remove(f.Name())); err != nil {
		t.Fatal(err)
	}
}

func TestABrokenLayoutFailsAlone(t *testing.T) {
	w := newWorld(t)
	ref, err := w.blobs.PutBytes(t.Context(), []byte("no layout"))
	if err != nil {
		t.Fatal(err)
	}
	good, bad := newStory(w, t, "good", "text"), newStory(w, t, "bad", "text")
	parsed := func(s story, layout event.Blob) stage.Input[event.Parsed] {
		return stage.Input[event.Parsed]{Envelope: s.envelope("parsed", "parser", "1", "received", 1), Payload: event.Parsed{
			DocumentID: s.id, Content: s.content, Layout: layout, Outcome: "complete", Engine: "glyph/1", Pages: 1,
		}}
	}
	_, errs := w.parsed(t.Context(), []stage.Input[event.Parsed]{parsed(bad, event.Blob{Ref: ref}), parsed(good, good.layout)})
	if fault.KindOf(errs[0]) != "layout_damaged" || fault.ClassOf(errs[0]) != fault.ClassPermanent || errs[1] != nil {
		t.Errorf("errors: %v", errs)
	}
}

func TestConcurrentSinksLoseNothingAndDoNotBlockEachOther(t *testing.T) {
	w := newWorld(t)
	const documents = 60
	var deliveries []delivery
	var stories []story
	for i := range documents {
		s := newStory(w, t, fmt.Sprint("doc", i), "some text")
		stories = append(stories, s)
		deliveries = append(deliveries, whole(s)...)
		deliveries = append(deliveries, whole(s)...)
	}
	rand.Shuffle(len(deliveries), func(i, j int) { deliveries[i], deliveries[j] = deliveries[j], deliveries[i] })
	var received []stage.Input[event.Received] // and batches that hold all documents, in any order
	for _, s := range stories {
		received = append(received, stage.Input[event.Received]{Envelope: s.envelope("third", "generator", "1", "", 200), Payload: event.Received{
			DocumentID: s.id, Content: s.content, Arrival: event.Arrival{ID: s.salt + "third", Name: "third", Source: "inbox", At: s.start.Add(time.Hour)},
		}})
	}
	var wg sync.WaitGroup
	errs := make(chan error, len(deliveries)+16)
	for part := range slices.Chunk(deliveries, len(deliveries)/8+1) {
		wg.Go(func() {
			for _, d := range part {
				errs <- d.to(t.Context(), w)
			}
		})
	}
	for range 4 {
		in := slices.Clone(received)
		rand.Shuffle(len(in), func(i, j int) { in[i], in[j] = in[j], in[i] })
		wg.Go(func() {
			_, each := w.received(t.Context(), in)
			errs <- errors.Join(each...)
		})
	}
	wg.Wait()
	close(errs)
	for err := range errs {
		if err != nil {
			t.Fatal(err)
		}
	}
	if got := value[int](t, w, "select count(*) from documents where status = 'stored' and arrivals = 3 and fields = 2"); got != documents {
		t.Errorf("%d of %d documents are whole", got, documents)
	}
	if got := value[int64](t, w, "select deadlocks from pg_stat_database where datname = current_database()"); got != 0 {
		t.Errorf("%d deadlocks", got)
	}
}

func TestDeadLettersOfTheBrokerAndOfNobody(t *testing.T) {
	w := newWorld(t)
	crashed := event.DeadLetter{
		ID: "m1", FromTopic: event.TopicReceived, Group: "parser", Queue: "parser." + event.TopicReceived, Class: "crashed", Kind: "delivery_limit", Message: "crashed",
	}
	unreadable := event.DeadLetter{Queue: "test.parser.x", Class: "permanent", Kind: "undecodable", Message: "unreadable", Body: []byte{0, 1}}
	other := unreadable
	other.Body = []byte{2}
	for range 2 { // delivered twice each
		for _, d := range []event.DeadLetter{crashed, unreadable, other} {
			w.play(t, deliver("dead", (*sink).deadLetters, event.Envelope{}, d))
		}
	}
	if got := value[int](t, w, "select count(*) from failures"); got != 3 {
		t.Errorf("%d failures, want 3", got)
	}
	if got := value[string](t, w, "select consumer_group || ' ' || stage from failures where kind = 'delivery_limit'"); got != "parser parser" {
		t.Errorf("group and stage are %q", got)
	}
}

func TestCancellationIsInterrupted(t *testing.T) {
	w := newWorld(t)
	s := newStory(w, t, "s", "text")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, d := range whole(s) {
		if err := d.to(ctx, w); fault.ClassOf(err) != fault.ClassInterrupted {
			t.Errorf("%s: %v is %v", d.name, err, fault.ClassOf(err))
		}
	}
}

func TestAFailedTrialRunSaysNothingAboutTheDocument(t *testing.T) {
	w := newWorld(t)
	s := newStory(w, t, "trial", "text")
	w.play(t, s.received("r", "bill.pdf", 0))
	_, errs := w.deadLetters(t.Context(), []stage.Input[event.DeadLetter]{{Payload: event.DeadLetter{
		ID: "x", DocumentID: s.id, Group: "parser", Stage: "parser", Class: "permanent", At: s.start, Metadata: map[string]string{event.KeyShadow: "run"},
	}}})
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	if n := value[int](t, w, "select count(*) from millrace.failures"); n != 0 {
		t.Errorf("%d failures are stored", n)
	}
	if got := value[string](t, w, "select status from documents"); got != "received" {
		t.Errorf("the document is %s", got)
	}
}
