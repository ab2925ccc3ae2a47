package main

import (
	"testing"

	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/fault"
	"github.com/millrace/millrace/shared/layout"
)

// trial puts a run with the story's document on record.
func (s story) trial(t *testing.T, w *world, run string) {
	t.Helper()
	for _, sql := range []string{
		"insert into millrace.reprocesses (run_id, stage, selection, total, rate, created_by) values ($1, 'extractor', '{}', 1, 0, left($2, 4))",
		"insert into millrace.reprocess_documents (run_id, document_id, ordinal, state) values ($1, $2, 1, 'sent')",
	} {
		if _, err := w.pool.Exec(t.Context(), sql, run, s.id); err != nil {
			t.Fatal(err)
		}
	}
}

// shadow is a result of a trial run.
func (s story) shadow(run, topic, id, version, body string, second int) delivery {
	e := s.envelope(id, "extractor", version, "trial-input", second)
	e.Type, e.Shadow = topic, run
	return deliver("shadow "+id, (*sink).shadows, e, event.ReadShadow(e.Metadata(), []byte(body)))
}

func (s story) failedOnTrial(run, message string) delivery {
	return deliver("failed on trial", (*sink).deadLetters, event.Envelope{}, event.DeadLetter{
		ID: "m", DocumentID: s.id, FromTopic: event.TopicClassified, Group: "extractor", Stage: "extractor", Class: "permanent", Kind: "layout_damaged",
		Message: message, At: s.start, Metadata: map[string]string{event.KeyShadow: run, event.KeyID: "m"},
	})
}

func TestATrialRunTouchesNothingButItself(t *testing.T) {
	w := newWorld(t)
	s := newStory(w, t, "s", "some text")
	w.play(t, whole(s)...)
	s.trial(t, w, "run1")
	before, err := w.dump(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	w.play(t, s.failedOnTrial("run1", "no layout"))
	if got := value[string](t, w, "select state || ' ' || failure_kind || ' ' || failure from millrace.reprocess_documents"); got != "failed layout_damaged no layout" {
		t.Errorf("after a failure: %s", got)
	}
	const body = `{"document_id":"d","template":"x\u0000/2","fields":[]}`
	w.play(t, s.shadow("run1", event.TopicExtracted, "x1", "2", body, 500), s.shadow("run1", event.TopicExtracted, "x1", "2", body, 500),
		s.shadow("run1", event.TopicExtracted, "x0", "1", `{}`, 400), // an older one
		s.failedOnTrial("run1", "too late"))
	got := value[string](t, w, `select concat_ws(' ', state, version, event_id, payload ->> 'template', metadata ->> 'shadow', failure) from millrace.reprocess_documents`)
	if got != "done 2 s-x1 x/2 run1" {
		t.Errorf("the run has %s", got)
	}
	after, err := w.dump(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	if before != after {
		t.Errorf("the document was touched: before\n%s\nafter\n%s", before, after)
	}
}

func TestARunThatIsClosedTakesNothingMore(t *testing.T) {
	w := newWorld(t)
	s := newStory(w, t, "s", "some text")
	w.play(t, s.received("received", "a.pdf", 0))
	s.trial(t, w, "run1")
	if _, err := w.pool.Exec(t.Context(), "update millrace.reprocesses set state = 'discarded'"); err != nil {
		t.Fatal(err)
	}
	w.play(t, s.shadow("run1", event.TopicExtracted, "x1", "2", `{}`, 1), s.failedOnTrial("run1", "x"), s.shadow("no such run", event.TopicExtracted, "x2", "2", `{}`, 1))
	if got := value[string](t, w, "select state from millrace.reprocess_documents"); got != "sent" {
		t.Errorf("a document of the discarded run is %s", got)
	}
}

func TestATrialParseIsMeasuredByItsText(t *testing.T) {
	w := newWorld(t)
	s := newStory(w, t, "s", "some text")
	w.play(t, s.received("received", "a.pdf", 0))
	s.trial(t, w, "run1")
	young := w.layoutOf(t, "de", "größerer Text")
	w.play(t, s.shadow("run1", event.TopicParsed, "p1", "2", `{"layout":{"ref":"`+string(young.Ref)+`","size":1,"media_type":"`+layout.MediaType+`"}}`, 1))
	if got := value[int](t, w, "select text_size from millrace.reprocess_documents"); got != len([]rune("größerer Text\n")) {
		t.Errorf("the text has %d characters", got)
	}
	if got := value[int](t, w, "select count(*) from millrace.texts"); got != 0 {
		t.Error("the text of a trial run is stored")
	}
	w.removeBlob(t, young.Ref)
	err := s.shadow("run1", event.TopicParsed, "p2", "2", `{"layout":{"ref":"`+string(young.Ref)+`"}}`, 2).to(t.Context(), w)
	if fault.KindOf(err) != "blob_missing" {
		t.Errorf("a layout that is gone: %v", err)
	}
}
