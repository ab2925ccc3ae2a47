package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/millrace/millrace/shared/blob"
	"github.com/millrace/millrace/shared/correction"
	"github.com/millrace/millrace/shared/deadletter"
	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/layoutstore"
	"github.com/millrace/millrace/shared/pipeline"
	"github.com/millrace/millrace/shared/postgres"
	"github.com/millrace/millrace/shared/stage"
)

// maxTexts bounds the text that one transaction carries, in bytes; a single document may be larger.
const maxTexts = 32 << 20

// sink turns events into rows. Its methods are stage.BatchFuncs: any order of events, any repetition and any mix of
// batches leads to the same rows.
type sink struct {
	store  *store
	blobs  *blob.Store
	prefix string // of queue names, for dead letters that only name their queue
	now    func() time.Time
}

func newSink(pool *postgres.Pool, blobs *blob.Store, prefix string) *sink {
	return &sink{store: newStore(pool), blobs: blobs, prefix: prefix, now: time.Now}
}

// received stores arrivals.
func (s *sink) received(ctx context.Context, in []stage.Input[event.Received]) ([]event.None, []error) {
	return nil, s.store.put(ctx, each(in, func(e event.Envelope, p event.Received) rows {
		r := begin(e, p)
		r.arrivals = []arrivalRow{{
			DocumentID: p.DocumentID,
			ArrivalID:  postgres.Text(p.Arrival.ID),
			EventID:    postgres.Text(e.ID),
			Name:       postgres.Text(p.Arrival.Name),
			Source:     postgres.Text(p.Arrival.Source),
			MediaType:  postgres.Text(p.Content.MediaType),
			Size:       p.Content.Size,
			ContentRef: string(p.Content.Ref),
			ArrivedAt:  moment(p.Arrival.At),
			Parent:     optional(p.Arrival.Parent),
		}}
		return r
	}))
}

// parsed stores what the parser read, with the text of the layout. Batches are cut where their texts grow too large.
func (s *sink) parsed(ctx context.Context, in []stage.Input[event.Parsed]) ([]event.None, []error) {
	errs := make([]error, len(in))
	known, err := s.knownTexts(ctx, in)
	if err != nil {
		for i := range errs {
			errs[i] = err
		}
		return nil, errs
	}
	var units []rows
	var places []int // of the units, in in
	size := 0
	flush := func() {
		for i, err := range s.store.put(ctx, units) {
			errs[places[i]] = err
		}
		units, places, size = nil, nil, 0
	}
	for i, input := range in {
		r := parseRows(input.Envelope, input.Payload)
		if ref := input.Payload.Layout.Ref; !known[string(ref)] {
			text, err := s.text(ctx, ref)
			if err != nil {
				errs[i] = err
				continue
			}
			r.texts = []textRow{text}
			size += len(text.Body)
		}
		units, places = append(units, r), append(places, i)
		if size > maxTexts {
			flush()
		}
	}
	flush()
	return nil, errs
}

func parseRows(e event.Envelope, p event.Parsed) rows {
	r := begin(e, p)
	r.parses = []parseRow{{
		result:       resultOf(e, p, p.Engine),
		LayoutRef:    string(p.Layout.Ref),
		Outcome:      postgres.Text(p.Outcome),
		Engine:       postgres.Text(p.Engine),
		EngineReason: optional(p.Reason),
		Language:     optional(p.Language),
		Pages:        p.Pages,
		FailedPages:  strings.NewReplacer("[", "{", "]", "}", " ", ",").Replace(fmt.Sprint(p.FailedPages)),
		Words:        p.Words,
		ContentRef:   string(p.Content.Ref),
		ContentSize:  p.Content.Size,
		ContentType:  postgres.Text(p.Content.MediaType),
		LayoutSize:   p.Layout.Size,
		LayoutType:   postgres.Text(p.Layout.MediaType),
	}}
	return r
}

// knownTexts returns the layouts whose text is stored already: a document that arrives again costs no reading.
func (s *sink) knownTexts(ctx context.Context, in []stage.Input[event.Parsed]) (map[string]bool, error) {
	refs := make([]string, len(in))
	for i := range in {
		refs[i] = string(in[i].Payload.Layout.Ref)
	}
	return s.store.knownTexts(ctx, refs)
}

// text reads a layout and returns its text.
func (s *sink) text(ctx context.Context, ref blob.Ref) (textRow, error) {
	language, text, err := layoutstore.GetText(ctx, s.blobs, ref)
	if err != nil {
		return textRow{}, err
	}
	return textRow{LayoutRef: string(ref), Language: optional(language), Body: postgres.Text(text)}, nil
}

// classified stores what type documents are.
func (s *sink) classified(ctx context.Context, in []stage.Input[event.Classified]) ([]event.None, []error) {
	return nil, s.store.put(ctx, each(in, func(e event.Envelope, p event.Classified) rows {
		r := begin(e, p)
		alternatives := make([]event.Class, len(p.Alternatives))
		for i, a := range p.Alternatives {
			alternatives[i] = event.Class{Label: postgres.Text(a.Label), Confidence: a.Confidence}
		}
		r.classifications = []classificationRow{{
			result:       resultOf(e, p, p.Model),
			Class:        postgres.Text(p.Class.Label),
			Confidence:   p.Class.Confidence,
			Model:        postgres.Text(p.Model),
			Alternatives: inJSON(alternatives),
			LayoutRef:    string(p.Layout.Ref),
			LayoutSize:   p.Layout.Size,
			LayoutType:   postgres.Text(p.Layout.MediaType),
		}}
		return r
	}))
}

// extracted stores what was read: fields, rows of tables, checks.
func (s *sink) extracted(ctx context.Context, in []stage.Input[event.Extracted]) ([]event.None, []error) {
	return nil, s.store.put(ctx, each(in, func(e event.Envelope, p event.Extracted) rows {
		r := begin(e, p)
		x := extractionRow{
			result:     extractionOf(e, p),
			Class:      postgres.Text(p.Class.Label),
			Confidence: p.Class.Confidence,
			Template:   postgres.Text(p.Template),
			Fields:     len(p.Fields),
			Omitted:    p.OmittedItems,
		}
		for i, f := range p.Fields {
			x.values = append(x.values, newFieldRow(x.result, i+1, f))
		}
		for i, it := range p.Items {
			x.items = append(x.items, newItemRow(x.result, i+1, it))
		}
		for i, c := range p.Checks {
			x.checks = append(x.checks, newCheckRow(x.result, i+1, c))
		}
		r.extractions = []extractionRow{x}
		return r
	}))
}

// deadLetters stores that a consumer group gave up: on a document, or on one of a trial run. The message itself is kept by the service deadletters.
func (s *sink) deadLetters(ctx context.Context, in []stage.Input[event.DeadLetter]) ([]event.None, []error) {
	return nil, s.store.put(ctx, each(in, func(_ event.Envelope, p event.DeadLetter) rows {
		if p.Metadata[event.KeyShadow] != "" {
			return rows{trialFailures: []trialFailureRow{trialFailure(p)}} // it says nothing about the document
		}
		var r rows
		f := s.failureRow(p)
		switch {
		case f.DocumentID == nil:
		case f.Topic == event.TopicCorrected: // which may be of no document at all
			r.mentioned = []string{*f.DocumentID}
		default:
			r.documents = []string{*f.DocumentID}
		}
		r.failures = []failureRow{f}
		return r
	}))
}

func (s *sink) failureRow(p event.DeadLetter) failureRow {
	d := deadletter.Read(p, s.prefix, s.now())
	return failureRow{
		FailureID:     d.ID,
		MessageID:     d.MessageID,
		ConsumerGroup: d.Group,
		FailedAt:      d.At,
		DocumentID:    optional(d.DocumentID),
		Topic:         d.Topic,
		Stage:         d.Stage,
		Class:         d.Class,
		Kind:          d.Kind,
		Message:       d.Message,
		Stack:         optional(d.Stack),
		Attempts:      d.Attempts,
		Metadata:      d.Metadata,
	}
}

// each makes the rows of every input.
func each[In event.Payload](in []stage.Input[In], f func(event.Envelope, In) rows) []rows {
	units := make([]rows, len(in))
	for i := range in {
		units[i] = f(in[i].Envelope, in[i].Payload)
	}
	return units
}

// begin returns the rows that every event has: its document and itself.
func begin(e event.Envelope, p event.Payload) rows {
	row := eventRow{
		EventID:       postgres.Text(e.ID),
		DocumentID:    p.Subject(),
		Topic:         p.Topic(),
		Stage:         postgres.Text(e.Source),
		StageVersion:  optional(e.StageVersion),
		CorrelationID: optional(e.CorrelationID),
		CausationID:   optional(e.CausationID),
		PublishedAt:   moment(e.Time),
	}
	if !e.Started.IsZero() {
		started := moment(e.Started)
		row.StartedAt = &started
	}
	return rows{documents: []string{p.Subject()}, events: []eventRow{row}}
}

// resultOf returns the key of a result. A stage that gives no version of its own is told apart by what it says made the
// result: the engine, the model or the template.
func resultOf(e event.Envelope, p event.Payload, maker string) result {
	version := e.StageVersion
	if version == "" {
		version = maker
	}
	return result{DocumentID: p.Subject(), Version: postgres.Text(version), EventID: postgres.Text(e.ID), ProducedAt: moment(e.Time)}
}

// extractionOf returns the key of an extraction. What was read for a class that a person gave stands beside what the same
// version reads for the models' class, which may come again at any time and must not replace it.
func extractionOf(e event.Envelope, p event.Extracted) result {
	r := resultOf(e, p, p.Template)
	if correction.Caused(e) {
		r.Version += " for " + postgres.Text(p.Class.Label)
	}
	return r
}

// optional returns nil for "", which the database shows as null.
func optional(s string) *string {
	s = postgres.Text(s)
	if s == "" {
		return nil
	}
	return &s
}

// name of the stage, of its consumer groups and of the service.
const name = pipeline.Sink
