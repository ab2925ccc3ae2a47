package main

import (
	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/postgres"
)

// itemRow is a row of a table of the document: its cells, and those that are common as columns.
type itemRow struct {
	DocumentID  string       `json:"document_id"`
	Version     string       `json:"version"`
	EventID     string       `json:"event_id"` // of the extraction; decides whether the row is stored, not a column
	Ordinal     int          `json:"ordinal"`
	Kind        string       `json:"kind"`
	Position    *string      `json:"position"`
	ItemNumber  *string      `json:"item_number"`
	Description *string      `json:"description"`
	Date        *string      `json:"date"`
	ValueDate   *string      `json:"value_date"`
	Quantity    *string      `json:"quantity"`
	Unit        *string      `json:"unit"`
	UnitPrice   *string      `json:"unit_price"`
	Discount    *string      `json:"discount"`
	TaxRate     *string      `json:"tax_rate"`
	Amount      *string      `json:"amount"`
	Balance     *string      `json:"balance"`
	Cells       []event.Cell `json:"cells"`
	Page        *int         `json:"page"`
	BBox        [4]float64   `json:"bbox"`
	Confidence  float64      `json:"confidence"`
	Source      string       `json:"source"`
}

func newItemRow(of result, ordinal int, it event.Item) itemRow {
	row := itemRow{
		DocumentID: of.DocumentID, Version: of.Version, EventID: of.EventID, Ordinal: ordinal, Kind: postgres.Text(it.Kind),
		Cells: make([]event.Cell, len(it.Cells)), BBox: it.BBox, Confidence: it.Confidence, Source: postgres.Text(it.Source),
	}
	if it.Page > 0 {
		row.Page = &it.Page
	}
	for i, c := range it.Cells {
		c = event.Cell{Name: postgres.Text(c.Name), Value: postgres.Text(c.Value), Type: postgres.Text(c.Type)}
		row.Cells[i] = c
		row.column(c)
	}
	return row
}

// column puts a common cell into its column: numbers and dates only where the database can calculate with them.
func (r *itemRow) column(c event.Cell) {
	switch c.Name {
	case "position":
		r.Position = optional(c.Value)
	case "item_number":
		r.ItemNumber = optional(c.Value)
	case "description":
		r.Description = optional(c.Value)
	case "unit":
		r.Unit = optional(c.Value)
	case "date":
		r.Date = dateOf(c.Value)
	case "value_date":
		r.ValueDate = dateOf(c.Value)
	case "quantity":
		r.Quantity = numberOf(c.Value)
	case "unit_price":
		r.UnitPrice = numberOf(c.Value)
	case "discount":
		r.Discount = numberOf(c.Value)
	case "tax_rate":
		r.TaxRate = numberOf(c.Value)
	case "amount":
		r.Amount = numberOf(c.Value)
	case "balance":
		r.Balance = numberOf(c.Value)
	}
}

// checkRow is arithmetic that was tried on the document's values.
type checkRow struct {
	DocumentID string  `json:"document_id"`
	Version    string  `json:"version"`
	EventID    string  `json:"event_id"` // as in itemRow
	Ordinal    int     `json:"ordinal"`
	Name       string  `json:"name"`
	Holds      bool    `json:"holds"`
	Detail     *string `json:"detail"`
}

func newCheckRow(of result, ordinal int, c event.Check) checkRow {
	return checkRow{
		DocumentID: of.DocumentID, Version: of.Version, EventID: of.EventID, Ordinal: ordinal,
		Name: postgres.Text(c.Name), Holds: c.Holds, Detail: optional(c.Detail),
	}
}

const (
	sqlItems = `insert into millrace.items
			(document_id, version, ordinal, kind, position, item_number, description, date, value_date, quantity, unit, unit_price,
			discount, tax_rate, amount, balance, cells, page, bbox, confidence, source)
		select document_id, version, ordinal, kind, "position", item_number, description, date, value_date, quantity, unit, unit_price,
			discount, tax_rate, amount, balance, cells, page, bbox, new.confidence, source
		from json_to_recordset($1) new (document_id text, version text, event_id text, ordinal bigint, kind text, "position" text,
			item_number text, description text, date date, value_date date, quantity numeric, unit text, unit_price numeric,
			discount numeric, tax_rate numeric, amount numeric, balance numeric, cells jsonb, page bigint, bbox double precision[],
			confidence double precision, source text)
		join millrace.extractions x using (document_id, version, event_id)`

	sqlChecks = `insert into millrace.checks (document_id, version, ordinal, name, holds, detail)
		select document_id, version, ordinal, name, holds, detail
		from json_to_recordset($1) new (document_id text, version text, event_id text, ordinal bigint, name text, holds boolean, detail text)
		join millrace.extractions x using (document_id, version, event_id)`
)
