package extract_test

import (
	"strings"
	"testing"

	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/extract"
	"github.com/millrace/millrace/shared/layout"
)

// cell is a phrase at a place on the page: 10 points high, 5 points for each character.
type cell struct {
	x, y float64
	text string
}

// sheetOf makes a page of phrases, each a block of its own, so that the parser's grouping says nothing.
func sheetOf(cells ...cell) *layout.Document {
	page := layout.Page{Number: 1, Width: 600, Height: 800}
	for _, c := range cells {
		var line layout.Line
		x := c.x
		for _, w := range strings.Fields(c.text) {
			box := layout.Box{x, c.y, x + 5*float64(len([]rune(w))), c.y + 10}
			line.Words = append(line.Words, layout.Word{Text: w, Box: box, Size: 10})
			line.Box = line.Box.Union(box)
			x = box[2] + 3
		}
		page.Blocks = append(page.Blocks, layout.Block{Box: line.Box, Lines: []layout.Line{line}})
	}
	return &layout.Document{Pages: []layout.Page{page}}
}

func newExtractor(t testing.TB) *extract.Extractor {
	t.Helper()
	e, err := extract.New(extract.Config{})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func field(fields []event.Field, name string) event.Field {
	for _, f := range fields {
		if f.Name == name {
			return f
		}
	}
	return event.Field{}
}

func TestValuesAreFoundByGeometry(t *testing.T) {
	e := newExtractor(t)
	for _, tc := range []struct {
		name, class, field, want string
		cells                    []cell
	}{
		{"right of the label, in one phrase", "invoice", "invoice_number", "A-17", []cell{{50, 100, "Invoice number: A-17"}}},
		{"right of the label, across a gap", "invoice", "invoice_number", "A-17", []cell{{50, 100, "Invoice number"}, {300, 100, "A-17"}}},
		{"a little higher than the label", "invoice", "invoice_number", "A-17", []cell{{50, 100, "Invoice number"}, {300, 97, "A-17"}}},
		{"below the label", "invoice", "invoice_number", "A-17", []cell{{50, 100, "Invoice number"}, {50, 114, "A-17"}}},
		{"below, aligned to the right of its column", "invoice", "invoice_number", "A-17", []cell{{50, 100, "Invoice no."}, {160, 112, "A-17"}}},
		{"a table of headings and values", "invoice", "due_date", "2024-03-31", []cell{
			{50, 100, "Invoice number"}, {200, 100, "Invoice date"}, {350, 100, "Due date"}, {50, 114, "A-17"}, {200, 114, "1 March 2024"}, {350, 114, "31 March 2024"},
		}},
		{"two labels in one row keep their values", "invoice", "issue_date", "2024-03-01", []cell{
			{50, 100, "Due date"}, {130, 100, "31.03.2024"}, {300, 100, "Rechnungsdatum"}, {420, 100, "01.03.2024"},
		}},
		{"the longer label wins", "invoice", "due_date", "2024-03-31", []cell{{50, 100, "Date: 1 March 2024"}, {50, 120, "Due date: 31 March 2024"}}},
		{"a total at the end of its row", "invoice", "grand_total", "119.00", []cell{{50, 100, "Gesamtbetrag"}, {200, 100, "2"}, {300, 100, "119,00 €"}}},
		{"too far below is not the value", "invoice", "invoice_number", "", []cell{{50, 100, "Invoice number"}, {50, 400, "A-17"}}},
		{"the name below a section's heading", "invoice", "buyer_name", "Maple Foods Ltd", []cell{{50, 100, "Bill to:"}, {50, 114, "Maple Foods Ltd"}, {50, 126, "1 High Street"}}},
		{"the name behind a label in a section", "invoice", "seller_name", "Nordwind GmbH", []cell{
			{50, 100, "Verkäufer"}, {50, 114, "Nummer:"}, {200, 114, "4711"}, {50, 128, "Name:"}, {200, 128, "Nordwind GmbH"}, {50, 142, "Anschrift:"}, {200, 142, "Hafenweg 1"},
		}},
		{"columns of two parties", "invoice", "buyer_name", "Maple Foods Ltd", []cell{
			{50, 100, "Seller"}, {300, 100, "Buyer"}, {50, 114, "Blue Harbour Ltd"}, {300, 114, "Maple Foods Ltd"},
		}},
		{"the addressee below a sender's line", "invoice", "buyer_name", "Engel Gartenbau OHG", []cell{
			{50, 100, "Hansen e.K. · Hauptstr. 1 · 06013 Leipzig"}, {50, 114, "Engel Gartenbau OHG"}, {50, 126, "Bahnhofstr. 160"}, {50, 138, "47050 Köln"},
		}},
		{"the second date of a range", "bank_statement", "period_to", "2024-01-31", []cell{{50, 100, "Statement period"}, {200, 100, "01/01/2024 - 31/01/2024"}}},
		{"a table's column total", "invoice", "gross_amount", "300.00", []cell{
			{50, 100, "Month"}, {200, 100, "Gross amount"}, {50, 114, "May"}, {200, 114, "$100.00"}, {50, 128, "June"}, {200, 128, "$200.00"}, {50, 142, "Totals"}, {200, 142, "$300.00"},
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			res := e.Extract(sheetOf(tc.cells...), tc.class)
			if got := field(res.Fields, tc.field); got.Value != tc.want {
				t.Errorf("%s = %q (%s), want %q; all: %+v", tc.field, got.Value, got.Source, tc.want, res.Fields)
			}
		})
	}
}

func TestEvidence(t *testing.T) {
	doc := sheetOf(cell{50, 100, "Rechnungsdatum:"}, cell{200, 100, "13. Juni 2018"})
	got := field(newExtractor(t).Extract(doc, "invoice").Fields, "issue_date")
	want := event.Field{
		Name: "issue_date", Value: "2018-06-13", Type: "date", Raw: "13. Juni 2018", Page: 1,
		BBox: [4]float64{200, 100, 261, 110}, Confidence: got.Confidence, Source: "invoice/1#issue_date.label",
	}
	if got != want {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	if got.Confidence < 0.8 || got.Confidence >= 1 {
		t.Errorf("confidence %v of a value behind its own label", got.Confidence)
	}
}

func TestSumsRaiseAndLowerConfidence(t *testing.T) {
	e := newExtractor(t)
	total := func(net, tax, grand string) event.Field {
		return field(e.Extract(sheetOf(
			cell{50, 100, "Net total"}, cell{300, 100, net}, cell{50, 114, "VAT"}, cell{300, 114, tax}, cell{50, 128, "Total"}, cell{300, 128, grand},
		), "invoice").Fields, "grand_total")
	}
	right, wrong := total("100.00", "19.00", "119.00"), total("100.00", "19.00", "200.00")
	if !strings.HasSuffix(right.Source, "+net_plus_tax") || right.Confidence < 0.9 {
		t.Errorf("a total that adds up: %+v", right)
	}
	if !strings.HasSuffix(wrong.Source, "!net_plus_tax") || wrong.Confidence >= right.Confidence-0.2 {
		t.Errorf("a total that does not add up: %+v", wrong)
	}
}

func TestArithmeticChoosesAmongTotals(t *testing.T) {
	res := newExtractor(t).Extract(sheetOf(
		cell{50, 100, "Net total"}, cell{300, 100, "100.00"}, cell{50, 114, "VAT 19 %"}, cell{300, 114, "19.00"},
		cell{50, 128, "Total"}, cell{300, 128, "119.00"}, cell{50, 300, "Total"}, cell{300, 300, "77.70"},
	), "invoice")
	if got := field(res.Fields, "grand_total"); got.Value != "119.00" {
		t.Errorf("grand_total = %+v, want the one that adds up", got)
	}
}

func TestABadChecksumIsFlagged(t *testing.T) {
	e := newExtractor(t)
	good := field(e.Extract(sheetOf(cell{50, 100, "IBAN: DE89 3704 0044 0532 0130 00"}), "invoice").Fields, "iban")
	bad := field(e.Extract(sheetOf(cell{50, 100, "IBAN: DE89 3704 0044 0532 0130 01"}), "invoice").Fields, "iban")
	if good.Value != "DE89370400440532013000" || strings.Contains(good.Source, "!") {
		t.Errorf("a good IBAN: %+v", good)
	}
	if bad.Value != "DE89370400440532013001" || !strings.Contains(bad.Source, "!checksum") || bad.Confidence > 0.6 {
		t.Errorf("a bad IBAN: %+v", bad)
	}
}

func TestDayAndMonthFollowTheDocument(t *testing.T) {
	e := newExtractor(t)
	for _, tc := range []struct {
		name, other, want string
	}{
		{"another date shows the month first", "Printed 12/25/2020", "2020-04-03"},
		{"another date shows the day first", "Printed 25/12/2020", "2020-03-04"},
		{"an American address", "New York, NY 10017", "2020-04-03"},
		{"the language's custom", "Sehr geehrte Damen und Herren, der Betrag ist für die Lieferung mit dem Datum von oben", "2020-03-04"},
	} {
		got := field(e.Extract(sheetOf(cell{50, 100, "Invoice date: 04/03/2020"}, cell{50, 300, tc.other}), "invoice").Fields, "issue_date")
		if got.Value != tc.want {
			t.Errorf("%s: %+v, want %s", tc.name, got, tc.want)
		}
	}
}
