package extract

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/extract/einvoice"
)

// maxItemBytes bounds the items of a result as JSON, so that their event stays below 1 MiB.
const maxItemBytes = 640 << 10

// capped leaves out the last items where all of them would make the event too large, and says how many.
func capped(items []event.Item) (kept []event.Item, omitted int) {
	// A byte becomes at most six in JSON; most documents are far from the limit.
	most := 0
	for i := range items {
		most += 400 + 6*len(items[i].Source)
		for _, c := range items[i].Cells {
			most += 60 + 6*(len(c.Name)+len(c.Value))
		}
	}
	if most <= maxItemBytes {
		return items, 0
	}
	size := 0
	for i := range items {
		encoded, err := json.Marshal(items[i])
		if size += len(encoded) + 1; err != nil || size > maxItemBytes {
			return items[:i], len(items) - i
		}
	}
	return items, 0
}

// embeddedItems returns the lines of an embedded invoice.
func embeddedItems(inv einvoice.Invoice) []event.Item {
	var out []event.Item
	for _, l := range inv.Lines {
		it := event.Item{Kind: kindLineItem, Confidence: scoreEmbedded, Source: inv.Syntax + embeddedVersion + "#line"}
		for _, f := range l {
			if v := clip(f.Value); v != "" {
				it.Cells = append(it.Cells, event.Cell{Name: f.Name, Value: v, Type: embeddedType(f.Type)})
			}
		}
		if len(it.Cells) > 0 {
			out = append(out, it)
		}
	}
	return out
}

// foreignItems makes items of the values that a borrowed template named lines[0].qty and the like.
func foreignItems(fields []event.Field) []event.Item {
	var out []event.Item
	at := -1
	for _, f := range fields {
		var n int
		list, column, ok := strings.Cut(f.Name, "].")
		if !ok {
			continue
		}
		if _, err := fmt.Sscanf(list[strings.IndexByte(list, '[')+1:], "%d", &n); err != nil {
			continue
		}
		if n != at {
			at = n
			out = append(out, event.Item{Kind: kindLineItem, Page: f.Page, Confidence: f.Confidence, Source: f.Source[:strings.LastIndexByte(f.Source, '#')+1] + list[:strings.IndexByte(list, '[')]})
		}
		it := &out[len(out)-1]
		if f.Page == it.Page {
			it.BBox = union(it.BBox, f.BBox)
		}
		name, typ := ourCell(column, f.Type)
		if slices.ContainsFunc(it.Cells, func(c event.Cell) bool { return c.Name == name }) {
			name, typ = column, f.Type
		}
		it.Cells = append(it.Cells, event.Cell{Name: name, Value: f.Value, Type: typ})
	}
	return out
}

func union(a, b [4]float64) [4]float64 {
	switch {
	case a == [4]float64{}:
		return b
	case b == [4]float64{}:
		return a
	}
	return [4]float64{min(a[0], b[0]), min(a[1], b[1]), max(a[2], b[2]), max(a[3], b[3])}
}

// ourCell returns the name and type that a borrowed template's column has in our rows.
func ourCell(column, typ string) (name, ourType string) {
	c := colOther
	switch strings.ToLower(column) {
	case "pos", "position", "line_no", "linenumber":
		c = colPosition
	case "sku", "code", "item_number", "barcode", "product_code", "article_number", "art_nr":
		c = colItemNumber
	case "desc", "description", "name", "product", "item", "line_item":
		c = colDescription
	case "qty", "quantity", "amount_of_items":
		c = colQuantity
	case "uom", "unit":
		c = colUnit
	case "price", "price_unit", "unit_price", "price_per_unit":
		c = colUnitPrice
	case "discount":
		c = colDiscount
	case "taxpercent", "tax_percent", "tax_rate", "vat", "line_tax_percent":
		c = colTaxRate
	case "amount", "total", "price_subtotal", "line_total", "price_total", "linetotal", "subtotal":
		c = colAmount
	case "date":
		c = colDate
	}
	if c == colOther {
		return column, typ
	}
	return c.name(), c.typ()
}
