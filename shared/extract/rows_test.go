package extract_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/layout"
)

// typed sets pages of text in one pitch: six points a character, twelve a line.
func typed(pages ...string) *layout.Document {
	doc := &layout.Document{}
	for n, text := range pages {
		page := layout.Page{Number: n + 1, Width: 620, Height: 800}
		for i, l := range strings.Split(text, "\n") {
			var line layout.Line
			at := 0
			for _, w := range strings.SplitAfter(l, " ") {
				size := float64(len([]rune(w)))
				if word := strings.TrimSpace(w); word != "" {
					x, y := 40+6*float64(at), 40+12*float64(i)
					line.Words = append(line.Words, layout.Word{Text: word, Box: layout.Box{x, y, x + 6*float64(len([]rune(word))), y + 10}, Size: 10})
				}
				at += int(size)
			}
			if len(line.Words) > 0 {
				page.Blocks = append(page.Blocks, layout.Block{Lines: []layout.Line{line}})
			}
		}
		doc.Pages = append(doc.Pages, page)
	}
	return doc
}

// written writes items as lines of cells.
func written(items []event.Item) string {
	var sb strings.Builder
	for _, it := range items {
		for i, c := range it.Cells {
			if i > 0 {
				sb.WriteString(" | ")
			}
			fmt.Fprintf(&sb, "%s %s", c.Name, c.Value)
		}
		sb.WriteByte('\n')
	}
	return sb.String()
}

func checkOf(t *testing.T, checks []event.Check, name string) event.Check {
	t.Helper()
	for _, c := range checks {
		if c.Name == name {
			return c
		}
	}
	t.Fatalf("there is no check %s among %+v", name, checks)
	return event.Check{}
}

const invoiceHead = "Pos  Description                  Qty     Unit Price       Amount\n"

func TestRowsOverSeveralPages(t *testing.T) {
	r := newExtractor(t).Extract(typed(
		"Invoice number: A-17\n\n"+invoiceHead+
			"1    Oak boards, planed            10        9.90           99.00\n"+
			"     and dried for two years\n"+
			"2    Glue                           2       12.50           25.00\n"+
			"     Carried forward                                       124.00\n",
		"Invoice A-17                                           Page 2 of 2\n\n"+invoiceHead+
			"     Brought forward                                       124.00\n"+
			"3    Screws                       100        0.05            5.00\n"+
			"                             Subtotal                      129.00\n"+
			"                             VAT 20%                        25.80\n"+
			"                             Total due                     154.80\n"), "invoice")
	want := "position 1 | description Oak boards, planed and dried for two years | quantity 10 | unit_price 9.90 | amount 99.00\n" +
		"position 2 | description Glue | quantity 2 | unit_price 12.50 | amount 25.00\n" +
		"position 3 | description Screws | quantity 100 | unit_price 0.05 | amount 5.00\n"
	if d := cmp.Diff(want, written(r.Items)); d != "" {
		t.Errorf("rows (-want +got):\n%s", d)
	}
	for i, it := range r.Items {
		if page := []int{1, 1, 2}[i]; it.Page != page || it.BBox == ([4]float64{}) || it.Confidence < 0.9 || it.Kind != "line_item" {
			t.Errorf("row %d: %+v", i, it)
		}
	}
	if c := checkOf(t, r.Checks, "line_items"); !c.Holds || c.Detail != "sum of 3 amounts 129.00 = net_total 129.00" {
		t.Errorf("%+v", c)
	}
}

func TestArithmeticTellsAmountsApart(t *testing.T) {
	// Both columns are headed as amounts; only the net ones add up to a total that is printed.
	r := newExtractor(t).Extract(typed("Rechnung Nr. 5\n\n"+
		"Bezeichnung            Menge     Preis     Betrag      Summe\n"+
		"Eichenbretter             10      9,90     117,81      99,00\n"+
		"Leim                       2     12,50      29,75      25,00\n\n"+
		"Nettobetrag                                           124,00\n"+
		"MwSt 19 %                                              23,56\n"+
		"Gesamtbetrag                                          147,56\n"), "invoice")
	for i, want := range []string{"99.00", "25.00"} {
		if len(r.Items) != 2 || !strings.HasSuffix(strings.Split(written(r.Items), "\n")[i], "amount "+want) {
			t.Fatalf("rows:\n%s", written(r.Items))
		}
	}
}

func TestARowThatDoesNotAddUpIsKeptAndFlagged(t *testing.T) {
	r := newExtractor(t).Extract(typed("Invoice number: A-17\n\n"+invoiceHead+
		"1    Oak boards                    10        9.90           99.00\n"+
		"2    Glue                           2       12.50           52.00\n\n"+
		"                             Net total                     124.00\n"), "invoice")
	if len(r.Items) != 2 || r.Items[1].Confidence > 0.5 || !strings.HasSuffix(r.Items[1].Source, "!product") || r.Items[0].Confidence < 0.8 {
		t.Errorf("rows %+v", r.Items)
	}
	if c := checkOf(t, r.Checks, "line_items"); c.Holds || c.Detail != "sum of 2 amounts 151.00 ≠ net_total 124.00" {
		t.Errorf("%+v", c)
	}
	if c := checkOf(t, r.Checks, "products"); c.Holds || !strings.Contains(c.Detail, "1 of 2 rows; row 2: 2 × 12.50 ≠ 52.00") {
		t.Errorf("%+v", c)
	}
}

func TestLinesFindTheNetTotal(t *testing.T) {
	// "net 30 days" looks like a net total of 30.00; the lines say which amount is.
	r := newExtractor(t).Extract(typed("Invoice number: A-17\n\n"+invoiceHead+
		"1    Oak boards                    10        9.90           99.00\n"+
		"2    Glue                           2       12.50           25.00\n\n"+
		"                             Goods and services            124.00\n"+
		"                             VAT total                      24.80\n"+
		"                             Grand total                   148.80\n\n"+
		"Net: 30.00\n"), "invoice")
	if f := field(r.Fields, "net_total"); f.Value != "124.00" || !strings.Contains(f.Source, "line_items") || f.Page != 1 || f.BBox == ([4]float64{}) {
		t.Errorf("net total %+v", f)
	}
	if c := checkOf(t, r.Checks, "net_plus_tax"); !c.Holds {
		t.Errorf("%+v", c)
	}
}

func TestSignsOfTransactions(t *testing.T) {
	const want = "date 2024-03-02 | description Salary | amount 1000.00\ndate 2024-03-05 | description Rent | amount -600.00\ndate 2024-03-09 | description Bakery | amount -7.50\n"
	head := "Statement period 1 March 2024 to 31 March 2024\nOpening balance  100.00\n\n"
	foot := "\n\nClosing balance  492.50\n"
	for name, rows := range map[string]string{
		"two columns":       "Date          Description              Debit      Credit\n2024-03-02    Salary                             1,000.00\n2024-03-05    Rent                    600.00\n2024-03-09    Bakery                    7.50",
		"sign behind":       "Date          Description                         Amount\n2024-03-02    Salary                            1,000.00\n2024-03-05    Rent                                600.00-\n2024-03-09    Bakery                                7.50-",
		"letters":           "Date          Description                         Amount\n2024-03-02    Salary                            1,000.00 CR\n2024-03-05    Rent                                600.00 DR\n2024-03-09    Bakery                                7.50 DR",
		"German letters":    "Datum         Verwendungszweck                    Betrag\n2024-03-02    Salary                            1,000.00 H\n2024-03-05    Rent                                600.00 S\n2024-03-09    Bakery                                7.50 S",
		"no year":           "Date          Description                         Amount\n2 March       Salary                            1,000.00\n5 March       Rent                               -600.00\n9 March       Bakery                               -7.50",
		"no head":           "2024-03-02    Salary                            1,000.00\n2024-03-05    Rent                               -600.00\n2024-03-09    Bakery                               -7.50",
		"under a heading":   "Deposits\nDate          Description                         Amount\n2024-03-02    Salary                            1,000.00\n\nWithdrawals\nDate          Description                         Amount\n2024-03-05    Rent                                600.00\n2024-03-09    Bakery                                7.50",
		"a running balance": "Date          Description              Amount      Balance\n2024-03-02    Salary                 1,000.00     1,100.00\n2024-03-05    Rent                     600.00       500.00\n2024-03-09    Bakery                     7.50       492.50",
	} {
		t.Run(name, func(t *testing.T) {
			r := newExtractor(t).Extract(typed(head+rows+foot), "bank_statement")
			got := strings.NewReplacer(" | balance 1100.00", "", " | balance 500.00", "", " | balance 492.50", "").Replace(written(r.Items))
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("transactions (-want +got):\n%s", d)
			}
			if c := checkOf(t, r.Checks, "balance"); !c.Holds || !strings.HasPrefix(c.Detail, "opening_balance 100.00 + 3 transactions 392.50 = 492.50") {
				t.Errorf("%+v", c)
			}
		})
	}
}

func TestAStatementThatDoesNotReconcileIsFlagged(t *testing.T) {
	r := newExtractor(t).Extract(typed("Opening balance  100.00\n\n"+
		"Date          Description              Amount      Balance\n2024-03-02    Salary                 1,000.00     1,100.00\n2024-03-05    Rent                    -600.00       510.00\n\n"+
		"Closing balance  510.00\n"), "bank_statement")
	if c := checkOf(t, r.Checks, "balance"); c.Holds {
		t.Errorf("%+v", c)
	}
	if c := checkOf(t, r.Checks, "running_balance"); c.Holds || c.Detail != "1 of 2 balances follow from the one before; not on pages [1]" {
		t.Errorf("%+v", c)
	}
	if f := field(r.Fields, "closing_balance"); !strings.HasSuffix(f.Source, "!balance") || f.Confidence > 0.75 {
		t.Errorf("closing balance %+v", f)
	}
	if len(r.Items) != 2 || r.Items[1].Confidence > 0.7 {
		t.Errorf("transactions %+v", r.Items)
	}
}

func TestPaymentsOfAReceiptAreNoItems(t *testing.T) {
	r := newExtractor(t).Extract(typed("CORNER SHOP\n\nWhole milk\n  2 x 1.50          3.00\nBread               2.20\n\nA PAYER             5.20\nCARTE BANCAIRE      5.20\nTOTAL               5.20\n"), "receipt")
	if want := "description Whole milk | quantity 2 | unit_price 1.50 | amount 3.00\ndescription Bread | amount 2.20\n"; written(r.Items) != want {
		t.Errorf("items:\n%s", written(r.Items))
	}
}

func TestManyRowsStayWithinAnEvent(t *testing.T) {
	var sb strings.Builder
	sb.WriteString("Invoice number: A-17\n\n" + invoiceHead)
	for i := range 1_990 {
		fmt.Fprintf(&sb, "%-4d %-28s %3d  %10.2f     %10.2f\n", i+1, "Boards of a kind", 2, 1.5, 3.0)
		for range 8 {
			sb.WriteString("     \"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\n") // each byte becomes two in JSON
		}
	}
	doc := typed(sb.String())
	r := newExtractor(t).Extract(doc, "invoice")
	encoded, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	if len(encoded) > 900<<10 || r.OmittedItems == 0 || len(r.Items)+r.OmittedItems != 1_990 {
		t.Errorf("%d bytes, %d rows, %d left out", len(encoded), len(r.Items), r.OmittedItems)
	}
	if c := checkOf(t, r.Checks, "complete"); c.Holds {
		t.Errorf("%+v", c)
	}
	if again := newExtractor(t).Extract(doc, "invoice"); cmp.Diff(r, again) != "" {
		t.Error("a second time the result differs")
	}
}
