package synthetic

import "time"

// Truth is what a document says: the ground truth that goes beside it as a JSON sidecar. Every field's value is printed in
// the document; nothing else is listed.
type Truth struct {
	Class    string  `json:"class"`
	Language string  `json:"language"` // ISO 639-1
	Layout   string  `json:"layout"`
	Seed     int64   `json:"seed"`
	Index    int64   `json:"index"`
	Fields   []Field `json:"fields"` // in the order in which they were printed; a name may occur more than once
	Items    []Item  `json:"items,omitempty"`
}

// Item is one printed row: a line of an invoice, receipt or order, a transaction of a statement.
type Item struct {
	Kind  string `json:"kind"`  // line_item or transaction
	Cells []Cell `json:"cells"` // those that are printed
}

// Cell is one printed value of a row, normalised as a field's.
type Cell struct {
	Name  string `json:"name"`
	Value string `json:"value"`
	Type  string `json:"type"`
}

// Kinds of items, as in the event contract.
const (
	kindLineItem    = "line_item"
	kindTransaction = "transaction"
)

// factItem records a row that is printed.
func (d *draft) factItem(kind string, cells ...Cell) {
	d.truth.Items = append(d.truth.Items, Item{Kind: kind, Cells: cells})
}

// Cells of rows, by what they hold.
func positionCell(printed string) Cell    { return Cell{"position", printed, typeIdentifier} }
func codeCell(code string) Cell           { return Cell{"item_number", code, typeIdentifier} }
func descriptionCell(printed string) Cell { return Cell{"description", printed, typeText} }
func unitCell(unit string) Cell           { return Cell{"unit", unit, typeText} }
func priceCell(price cents) Cell          { return Cell{"unit_price", price.decimal(), typeAmount} }
func amountCell(amount cents) Cell        { return Cell{"amount", amount.decimal(), typeAmount} }
func balanceCell(balance cents) Cell      { return Cell{"balance", balance.decimal(), typeAmount} }
func dateCell(name string, on time.Time) Cell {
	return Cell{name, iso(on), typeDate}
}

// quantityCell takes hundredths.
func quantityCell(hundredths int) Cell {
	return Cell{"quantity", moneyStyle{decimal: "."}.count(hundredths), typeNumber}
}

// rateCell takes thousandths.
func rateCell(thousandths int) Cell {
	return Cell{"tax_rate", moneyStyle{decimal: "."}.percent(thousandths), typeNumber}
}

// Field is one printed value.
type Field struct {
	Name string `json:"name"`
	// Value is normalised: dates as YYYY-MM-DD, amounts as decimals with a point and two digits, currencies as ISO 4217.
	Value string `json:"value"`
	// Type is one of text, date, amount, currency, number, identifier, party.
	Type string `json:"type"`
	// Page counts from 1.
	Page int `json:"page"`
	// Raw is the value as it is printed; a value printed on several lines has its lines joined by one space.
	Raw string `json:"raw"`
}

// Value returns the first value of the named field and whether there is one.
func (t *Truth) Value(name string) (string, bool) {
	for _, f := range t.Fields {
		if f.Name == name {
			return f.Value, true
		}
	}
	return "", false
}

// Values returns all values of the named field, in the order in which they were printed.
func (t *Truth) Values(name string) []string {
	var out []string
	for _, f := range t.Fields {
		if f.Name == name {
			out = append(out, f.Value)
		}
	}
	return out
}

// Field types, as in the event contract.
const (
	typeText       = "text"
	typeDate       = "date"
	typeAmount     = "amount"
	typeCurrency   = "currency"
	typeNumber     = "number"
	typeIdentifier = "identifier"
	typeParty      = "party"
)
