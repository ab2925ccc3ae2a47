package main

import "github.com/millrace/millrace/shared/extract/score"

// set is a collection of documents with an answer key, and what is asked of it.
type set struct {
	name, title string
	answers     func(m *measure) ([]document, error)
	borrowed    bool // read by invoice2data's templates
	pageOnly    bool // embedded XML and form fields are withheld
	class       string
	targets     []target
}

// document is a document to read and its answer. Load is nil for files that are read as PDFs.
type document struct {
	path   string
	answer score.Answer
	load   loader
	apart  string // why it is not counted; empty for those that are
}

// target is a figure and what it should be at least, or at most.
type target struct {
	name string
	of   func(t *score.Tally) float64
	want float64
	most bool
}

func recall(want float64) target {
	return target{"right", func(t *score.Tally) float64 { return t.Total().Recall() }, want, false}
}

func recallOf(field string, want float64) target {
	return target{field + " right", func(t *score.Tally) float64 { return t.Field(field).Recall() }, want, false}
}

func f1(want float64) target {
	return target{"F1", func(t *score.Tally) float64 { return t.Total().F1() }, want, false}
}

func confidentErrors(want float64) target {
	return target{"confidently wrong", func(t *score.Tally) float64 { return t.Total().ConfidentErrors() }, want, true}
}

func sets() []set {
	return []set{
		{
			name: "facturx-xml", title: "e-invoices, with their embedded XML", class: "invoice",
			answers: gold("facturx_gold.json", invoiceFields(), false, false), targets: []target{recall(0.995)},
		},
		{
			name: "facturx-page", title: "e-invoices, XML withheld, values visible on the page", class: "invoice", pageOnly: true,
			answers: gold("facturx_gold.json", invoiceFields(), true, false), targets: []target{recall(0.90), confidentErrors(0.03)},
		},
		{
			name: "fcc", title: "broadcast advertising invoices and orders, values visible on the page", class: "invoice",
			answers: gold("fcc_gold.json", []string{"contract_num", "advertiser", "gross_amount", "flight_from", "flight_to"}, true, false), targets: []target{recall(0.93)},
		},
		{
			name: "sroie", title: "receipts, text lines with boxes", class: "receipt", answers: receipts,
			targets: []target{recallOf("company", 0.75), recallOf("date", 0.95), recallOf("address", 0.70), recallOf("total", 0.90)},
		},
		{
			name: "kleister", title: "non-disclosure agreements; values that the key lacks count as extra", class: "contract",
			answers: gold("kleister_nda_gold.json", []string{"party", "jurisdiction", "effective_date", "term"}, false, true), targets: []target{f1(0.75)},
		},
		{
			name: "cuad", title: "commercial contracts: governing law and effective date", class: "contract",
			answers: gold("cuad_gold.json", []string{"jurisdiction", "effective_date"}, false, false),
		},
		{
			name: "invoice2data", title: "that project's tests, read by its own templates", class: "invoice", borrowed: true,
			answers: foreign, targets: []target{recall(1)},
		},
	}
}

func invoiceFields() []string {
	return []string{
		"invoice_number", "issue_date", "due_date", "seller_name", "seller_vat", "buyer_name", "buyer_vat", "currency", "net_total", "tax_total",
		"grand_total", "due_payable", "iban",
	}
}
