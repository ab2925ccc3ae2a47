package main

import (
	"bytes"
	"context"
	"encoding/json"
	"time"
	"unicode/utf8"

	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/fault"
	"github.com/millrace/millrace/shared/postgres"
	"github.com/millrace/millrace/shared/stage"
)

// trialRow is a result of a trial run (millrace reprocess). It is kept beside the run and is no result of the document.
type trialRow struct {
	RunID      string            `json:"run_id"`
	DocumentID string            `json:"document_id"`
	Version    string            `json:"version"`
	EventID    string            `json:"event_id"`
	ProducedAt time.Time         `json:"produced_at"`
	Payload    json.RawMessage   `json:"payload"`
	Metadata   map[string]string `json:"metadata"`
	TextSize   *int              `json:"text_size"` // characters; of a parse only
}

// result is the key by which the latest of several is found.
func (r trialRow) result() result {
	return result{DocumentID: r.DocumentID, Version: r.RunID, EventID: r.EventID, ProducedAt: r.ProducedAt}
}

// trialFailureRow says that the stage gave up on a document of a trial run.
type trialFailureRow struct {
	RunID       string `json:"run_id"`
	DocumentID  string `json:"document_id"`
	FailureKind string `json:"failure_kind"`
	Failure     string `json:"failure"`
}

// Runs that are closed take nothing more. Of several results the latest wins, as with current ones; a result wins over a
// failure, whichever comes first: the message was handled after all.
const (
	sqlTrialFailures = `update millrace.reprocess_documents d
		set state = 'failed', failure_kind = new.failure_kind, failure = new.failure, settled_at = now()
		from json_populate_recordset(null::millrace.reprocess_documents, $1) new join millrace.reprocesses r using (run_id)
		where d.run_id = new.run_id and d.document_id = new.document_id and r.state in ('running', 'ready') and d.state <> 'done'`

	sqlTrials = `update millrace.reprocess_documents d
		set state = 'done', version = new.version, event_id = new.event_id, produced_at = new.produced_at, payload = new.payload,
			metadata = new.metadata, text_size = new.text_size, failure_kind = null, failure = null, settled_at = now()
		from json_populate_recordset(null::millrace.reprocess_documents, $1) new join millrace.reprocesses r using (run_id)
		where d.run_id = new.run_id and d.document_id = new.document_id and r.state in ('running', 'ready')
		  and (d.produced_at is null or (new.produced_at, new.event_id) > (d.produced_at, d.event_id))`
)

// shadows stores results of trial runs.
func (s *sink) shadows(ctx context.Context, in []stage.Input[event.Shadow]) ([]event.None, []error) {
	errs := make([]error, len(in))
	var units []rows
	var places []int // of the units, in in
	for i := range in {
		row, err := s.trialRow(ctx, in[i].Payload)
		if err != nil {
			errs[i] = err
			continue
		}
		units, places = append(units, rows{trials: []trialRow{row}}), append(places, i)
	}
	for i, err := range s.store.put(ctx, units) {
		errs[places[i]] = err
	}
	return nil, errs
}

func (s *sink) trialRow(ctx context.Context, p event.Shadow) (trialRow, error) {
	payload, err := storable(p.Body)
	if err != nil {
		return trialRow{}, fault.New(fault.ClassPermanent, "invalid_payload", "payload of a trial run's %s is not JSON: %w", p.OfTopic, err)
	}
	row := trialRow{
		RunID: postgres.Text(p.Run), DocumentID: postgres.Text(p.DocumentID), Version: postgres.Text(p.Version), EventID: postgres.Text(p.EventID),
		ProducedAt: p.At, Payload: payload, Metadata: make(map[string]string, len(p.Metadata)),
	}
	for key, value := range p.Metadata {
		row.Metadata[postgres.Text(key)] = postgres.Text(value)
	}
	if p.OfTopic != event.TopicParsed {
		return row, nil
	}
	var parsed event.Parsed
	if err := json.Unmarshal(payload, &parsed); err != nil {
		return trialRow{}, fault.New(fault.ClassPermanent, "invalid_payload", "payload of a trial run's %s: %w", p.OfTopic, err)
	}
	text, err := s.text(ctx, parsed.Layout.Ref)
	if err != nil {
		return trialRow{}, err
	}
	size := utf8.RuneCountInString(text.Body)
	row.TextSize = &size
	return row, nil
}

// trialFailure returns what a dead letter of a trial run says.
func trialFailure(p event.DeadLetter) trialFailureRow {
	return trialFailureRow{
		RunID: postgres.Text(p.Metadata[event.KeyShadow]), DocumentID: postgres.Text(p.DocumentID),
		FailureKind: postgres.Text(p.Kind), Failure: postgres.Text(p.Message),
	}
}

// storable returns JSON that Postgres can hold: it refuses NUL characters in strings, and bytes that are not UTF-8.
func storable(body []byte) (json.RawMessage, error) {
	if json.Valid(body) && utf8.Valid(body) && !bytes.Contains(body, []byte(`\u0000`)) {
		return body, nil
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return nil, err
	}
	return json.Marshal(cleaned(value))
}

func cleaned(value any) any {
	switch v := value.(type) {
	case string:
		return postgres.Text(v)
	case []any:
		for i := range v {
			v[i] = cleaned(v[i])
		}
	case map[string]any:
		for key := range v {
			v[key] = cleaned(v[key])
		}
	}
	return value
}
