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
	row.AsNumber, row.AsDate = computable(row.Type, row.Value)
	return row
}

// computable returns a value as what the database can calculate with: nil where it is no number, or no date.
func computable(kind, value string) (number, date *string) {
	switch kind {
	case "amount", "number":
		number = numberOf(value)
	case "date":
		date = dateOf(value)
	}
	return number, date
}

func numberOf(value string) *string {
	if plainDecimal.MatchString(value) {
		return &value
	}
	return nil
}

func dateOf(value string) *string {
	if day, err := time.Parse(time.DateOnly, value); err == nil && day.Year() > 0 {
		return &value
	}
	return nil
}
