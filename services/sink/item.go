package main

import (
	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/postgres"
)

// itemRow is a row of a table of the document: its cells, and those that are common as columns.
type itemRow struct {
	DocumentID  string
	Version     string
	EventID     string // of the extraction; decides whether the row is stored, not a column
	Ordinal     int
	Kind        string
	Position    *string
	ItemNumber  *string
	Description *string
	Date        *string
	ValueDate   *string
	Quantity    *string
	Unit        *string
	UnitPrice   *string
	Discount    *string
	TaxRate     *string
	Amount      *string
	Balance     *string
	Cells       string // JSON
	Page        *int
	Confidence  float64
	Source      string
	BBox        [4]float64
}

func newItemRow(of result, ordinal int, it event.Item) itemRow {
	row := itemRow{
		DocumentID: of.DocumentID, Version: of.Version, EventID: of.EventID, Ordinal: ordinal, Kind: postgres.Text(it.Kind),
		BBox: it.BBox, Confidence: it.Confidence, Source: postgres.Text(it.Source),
	}
	if it.Page > 0 {
		row.Page = &it.Page
	}
	cells := make([]event.Cell, len(it.Cells))
	for i, c := range it.Cells {
		c = event.Cell{Name: postgres.Text(c.Name), Value: postgres.Text(c.Value), Type: postgres.Text(c.Type)}
		cells[i] = c
		row.column(c)
	}
	row.Cells = inJSON(cells)
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
	DocumentID string
	Version    string
	EventID    string // as in itemRow
	Ordinal    int
	Name       string
	Holds      bool
	Detail     *string
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
			discount, tax_rate, amount, balance, cells, page, confidence, source, bbox)
		select document_id, version, ordinal, kind, "position", item_number, description, date::date, value_date::date, quantity::numeric, unit,
			unit_price::numeric, discount::numeric, tax_rate::numeric, amount::numeric, balance::numeric, cells::jsonb, page, new.confidence, source,
			($22::double precision[])[4*n-3:4*n]
		from unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
			$10::text[], $11::text[], $12::text[], $13::text[], $14::text[], $15::text[], $16::text[], $17::text[], $18::text[], $19::bigint[],
			$20::double precision[], $21::text[]) with ordinality
			new (document_id, version, event_id, ordinal, kind, "position", item_number, description, date, value_date, quantity, unit,
			unit_price, discount, tax_rate, amount, balance, cells, page, confidence, source, n)
		join millrace.extractions x using (document_id, version, event_id)`

	sqlChecks = `insert into millrace.checks (document_id, version, ordinal, name, holds, detail)
		select document_id, version, ordinal, name, holds, detail
		from unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::text[], $6::boolean[], $7::text[])
			new (document_id, version, event_id, ordinal, name, holds, detail)
		join millrace.extractions x using (document_id, version, event_id)`
)
