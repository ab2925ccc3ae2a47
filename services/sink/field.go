package main

import (
	"regexp"
	"time"

	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/postgres"
)

// plainDecimal is what can be read as numeric without surprise: no exponent, which could expand to a megabyte of zeros.
var plainDecimal = regexp.MustCompile(`^[+-]?\d{1,40}(\.\d{1,20})?$`)

func newFieldRow(of result, ordinal int, f event.Field) fieldRow {
	row := fieldRow{
		DocumentID: of.DocumentID,
		Version:    of.Version,
		EventID:    of.EventID,
		Ordinal:    ordinal,
		Name:       postgres.Text(f.Name),
		Value:      postgres.Text(f.Value),
		Type:       postgres.Text(f.Type),
		Raw:        optional(f.Raw),
		BBox:       f.BBox,
		Confidence: f.Confidence,
		Source:     postgres.Text(f.Source),
	}
	if f.Page > 0 {
		row.Page = &f.Page
	}
	switch f.Type {
	case "amount", "number":
		if plainDecimal.MatchString(f.Value) {
			row.AsNumber = &row.Value
		}
	case "date":
		if day, err := time.Parse(time.DateOnly, f.Value); err == nil && day.Year() > 0 {
			row.AsDate = &row.Value
		}
	}
	return row
}
