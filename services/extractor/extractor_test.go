package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/millrace/millrace/shared/blob"
	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/extract"
	"github.com/millrace/millrace/shared/fault"
	"github.com/millrace/millrace/shared/layout"
	"github.com/millrace/millrace/shared/layout/layouttest"
)

func newExtractor(t *testing.T, templates string) *Extractor {
	t.Helper()
	store, err := blob.Open("file://" + t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	fields, err := extract.New(extract.Config{TemplateDir: templates})
	if err != nil {
		t.Fatal(err)
	}
	return &Extractor{layouts: store, fields: fields}
}

// classified puts a document of the given lines into the store and says that it is of the class.
func classified(t *testing.T, e *Extractor, class string, lines ...string) event.Classified {
	t.Helper()
	content, err := layout.Encode(layouttest.Document(lines...))
	if err != nil {
		t.Fatal(err)
	}
	return put(t, e, class, content)
}

func put(t *testing.T, e *Extractor, class string, content []byte) event.Classified {
	t.Helper()
	ref, err := e.layouts.PutBytes(t.Context(), content)
	if err != nil {
		t.Fatal(err)
	}
	return event.Classified{
		DocumentID: strings.Repeat("ab", 32),
		Layout:     event.Blob{Ref: ref, Size: int64(len(content)), MediaType: layout.MediaType},
		Class:      event.Class{Label: class, Confidence: 0.93}, Model: "test/1",
	}
}

func values(out event.Extracted) map[string]string {
	m := map[string]string{}
	for _, f := range out.Fields {
		m[f.Name] = f.Value
	}
	return m
}

func TestExtractReadsTheFieldsOfTheClass(t *testing.T) {
	e := newExtractor(t, "")
	in := classified(t, e, "invoice", "Invoice number: AB-1042", "Invoice date: 3 April 2025", "Net total: £90.00", "VAT total: £18.00", "Grand total: £108.00")
	out, err := e.Extract(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	if out.DocumentID != in.DocumentID || out.Class != in.Class || !strings.HasPrefix(out.Template, "invoice/") {
		t.Errorf("got document %s, class %v, template %s", out.DocumentID, out.Class, out.Template)
	}
	want := map[string]string{
		"invoice_number": "AB-1042", "issue_date": "2025-04-03", "currency": "GBP", "net_total": "90.00", "tax_total": "18.00", "grand_total": "108.00",
	}
	got := values(out)
	for name, w := range want {
		if got[name] != w {
			t.Errorf("%s = %q, want %q", name, got[name], w)
		}
	}
}

func TestExtractOfAClassWithoutATemplateIsGeneric(t *testing.T) {
	e := newExtractor(t, "")
	out, err := e.Extract(t.Context(), classified(t, e, "unknown", "Write to someone@example.org", "Date: 2024-02-29"))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(out.Template, "generic/") || values(out)["email"] != "someone@example.org" || values(out)["date"] != "2024-02-29" {
		t.Errorf("got %s %v", out.Template, out.Fields)
	}
}

func TestExtractIsRepeatable(t *testing.T) {
	e := newExtractor(t, "")
	in := classified(t, e, "invoice", "Invoice no. 7", "Total: EUR 12.00", "IBAN DE88 2008 0000 0970 3757 00")
	first, err := e.Extract(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	again, err := e.Extract(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(first, again); diff != "" {
		t.Errorf("the second time differs:\n%s", diff)
	}
}

func TestExtractUsesTheOperatorsTemplates(t *testing.T) {
	dir := t.TempDir()
	text := "template: invoice\nversion: 7\nfields:\n  - {name: delivery_note, type: identifier, labels: {en: [delivery note]}}\n"
	if err := os.WriteFile(filepath.Join(dir, "mine.yaml"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	e := newExtractor(t, dir)
	out, err := e.Extract(t.Context(), classified(t, e, "invoice", "Delivery note: L-55"))
	if err != nil {
		t.Fatal(err)
	}
	if out.Template != "invoice/7" || values(out)["delivery_note"] != "L-55" {
		t.Errorf("got %s %v", out.Template, out.Fields)
	}
	if e.fields.Fingerprint() == newExtractor(t, "").fields.Fingerprint() {
		t.Error("other templates have the same fingerprint, so their results would have the same ids")
	}
}

func TestExtractFaults(t *testing.T) {
	e := newExtractor(t, "")
	missing := classified(t, e, "invoice", "x")
	missing.Layout.Ref = blob.RefOf([]byte("never stored"))
	for _, tc := range []struct {
		name string
		in   event.Classified
		want fault.Class
	}{
		{"a layout that was never stored", missing, fault.ClassPermanent},
		{"a damaged layout", put(t, e, "invoice", []byte("not a layout")), fault.ClassPermanent},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := e.Extract(t.Context(), tc.in)
			if err == nil || fault.ClassOf(err) != tc.want {
				t.Errorf("got %v (%v), want a %v fault", err, fault.ClassOf(err), tc.want)
			}
		})
	}
}
