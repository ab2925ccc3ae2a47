package extract_test

import (
	"strings"
	"testing"

	"github.com/millrace/millrace/shared/layout"
)

const smallInvoice = `<Invoice><ID>E-1</ID><IssueDate>2025-04-03</IssueDate><LegalMonetaryTotal><TaxInclusiveAmount>119.00</TaxInclusiveAmount></LegalMonetaryTotal></Invoice>`

func TestAnEmbeddedInvoiceCountsMoreThanThePage(t *testing.T) {
	doc := sheetOf(cell{50, 50, "Invoice number: P-9"}, cell{50, 80, "Invoice date: 3 April 2025"}, cell{50, 110, "Due date: 4 May 2025"})
	doc.Attachments = []layout.Attachment{{Name: "notes.xml", Content: []byte("<notes/>")}, {Name: "invoice.xml", Content: []byte(smallInvoice)}}
	got := map[string]string{}
	for _, f := range newExtractor(t).Extract(doc, "invoice").Fields {
		got[f.Name] = f.Value + " " + f.Source
		if f.Name == "issue_date" && (f.Page != 1 || f.BBox[2] <= f.BBox[0]) {
			t.Errorf("the page shows the date, but its place is page %d, %v", f.Page, f.BBox)
		}
	}
	for name, want := range map[string]string{
		"invoice_number": "E-1 ubl/1#invoice_number!page", // the page says P-9
		"issue_date":     "2025-04-03 ubl/1#issue_date",
		"grand_total":    "119.00 ubl/1#grand_total",
	} {
		if got[name] != want {
			t.Errorf("%s is %q, want %q", name, got[name], want)
		}
	}
	if !strings.HasPrefix(got["due_date"], "2025-05-04 invoice/") {
		t.Errorf("the due date, which the XML lacks, is %q", got["due_date"])
	}
}

func TestFormFieldsAreReadByTheirNames(t *testing.T) {
	box := layout.Box{100, 100, 200, 112}
	doc := sheetOf(cell{50, 50, "ACME"})
	doc.Form = []layout.FormField{
		{Name: "page1.InvoiceNumber", Value: "F-17", Page: 1, Box: box},
		{Name: "f1_02", Label: "Due date", Value: "4 May 2025", Page: 1, Box: box},
		{Name: "colour", Value: "12 June 2024", Page: 1, Box: box},
	}
	got := map[string]string{}
	for _, f := range newExtractor(t).Extract(doc, "invoice").Fields {
		got[f.Name] = f.Value
		if strings.HasSuffix(f.Source, ".form") && (f.Page != 1 || f.BBox != box) {
			t.Errorf("%s stands on page %d at %v", f.Name, f.Page, f.BBox)
		}
	}
	if got["invoice_number"] != "F-17" || got["due_date"] != "2025-05-04" || got["issue_date"] != "" {
		t.Errorf("got %v", got)
	}
}
