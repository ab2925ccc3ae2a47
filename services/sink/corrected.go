package main

import (
	"context"
	"time"

	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/postgres"
	"github.com/millrace/millrace/shared/stage"
)

// correctionRow is what a person said, with the values of the fields: it is stored as a whole or not at all.
type correctionRow struct {
	CorrectionID string              `json:"correction_id"`
	EventID      string              `json:"event_id"`
	DocumentID   string              `json:"document_id"`
	Author       string              `json:"author"`
	At           time.Time           `json:"at"`
	Class        *string             `json:"class"`
	Note         *string             `json:"note"`
	Values       []correctedFieldRow `json:"values"`
}

// correctedFieldRow is one value of a corrected field; a field that has none has one row without a value.
type correctedFieldRow struct {
	Ordinal  int     `json:"ordinal"`
	Name     string  `json:"name"`
	Type     string  `json:"type"`
	Value    *string `json:"value"`
	AsNumber *string `json:"as_number"`
	AsDate   *string `json:"as_date"`
}

const sqlCorrections = `with said as (
		select distinct on (correction_id) * from json_to_recordset($1) new (correction_id text, event_id text, document_id text,
			author text, at timestamptz, class text, note text, "values" json)
		order by correction_id),
	kept as (
		insert into millrace.corrections (correction_id, event_id, document_id, author, at, class, note)
		select correction_id, event_id, document_id, author, at, class, note from said
		on conflict do nothing returning correction_id)
	insert into millrace.corrected_fields (correction_id, ordinal, document_id, at, name, type, value, as_number, as_date)
	select correction_id, f.ordinal, document_id, at, f.name, f.type, f.value, f.as_number, f.as_date
	from said join kept using (correction_id), json_to_recordset(said."values") f (ordinal bigint, name text, type text,
		value text, as_number numeric, as_date date)`

// corrected stores what people corrected. A correction makes no document: it waits for one that is not here.
func (s *sink) corrected(ctx context.Context, in []stage.Input[event.Corrected]) ([]event.None, []error) {
	return nil, s.store.put(ctx, each(in, func(e event.Envelope, p event.Corrected) rows {
		row := correctionRow{
			CorrectionID: postgres.Text(p.Correction),
			EventID:      postgres.Text(e.ID),
			DocumentID:   p.DocumentID,
			Author:       postgres.Text(p.Author),
			At:           p.At,
			Class:        optional(p.Class),
			Note:         optional(p.Note),
			Values:       []correctedFieldRow{},
		}
		for _, f := range p.Fields {
			row.Values = append(row.Values, correctedFieldRows(f, len(row.Values))...)
		}
		return rows{mentioned: []string{p.DocumentID}, corrections: []correctionRow{row}}
	}))
}

// correctedFieldRows returns the rows of a field behind as many others.
func correctedFieldRows(f event.CorrectedField, others int) []correctedFieldRow {
	base := correctedFieldRow{Ordinal: others + 1, Name: postgres.Text(f.Name), Type: postgres.Text(f.Type)}
	if len(f.Values) == 0 {
		return []correctedFieldRow{base}
	}
	out := make([]correctedFieldRow, len(f.Values))
	for i, text := range f.Values {
		row := base
		row.Ordinal += i
		value := postgres.Text(text)
		row.Value = &value
		row.AsNumber, row.AsDate = computable(row.Type, value)
		out[i] = row
	}
	return out
}
