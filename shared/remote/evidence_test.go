package remote

import (
	"fmt"
	"strings"
	"testing"

	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/fault"
	"github.com/millrace/millrace/shared/layout"
)

// ask extracts from a document of two pages by an answer with the given fields.
func askFields(t *testing.T, answer string) ([]event.Field, error) {
	t.Helper()
	a := newAPI(t, saysJSON(`{"model":"doctype/9","results":[{"fields":[`+answer+`]}]}`))
	doc := document(
		[]string{"Invoice No.:AB-1042", "Date 03/04/2025", "Acme Tools", "Ltd", "for 7 widgets"},
		[]string{"Invoice No.:AB-1042", "Total: 1,108.50 €", "all due 3rd May 2025"},
	)
	got := extractor(t, settings(HTTP, a.URL)).Extract(t.Context(), []Wanted{{Document{"d", doc}, "invoice", wantedFields()}})[0]
	return got.Fields, got.Err
}

func TestValuesGetTheirPlaceInTheDocument(t *testing.T) {
	for _, tc := range []struct {
		answer, value, raw string
		page               int
		box                layout.Box
	}{
		{`{"name":"invoice_number","value":"AB-1042","confidence":1}`, "AB-1042", "AB-1042", 1, layout.Box{10, 0, 20, 10}},
		{`{"name":"invoice_number","value":"AB-1042","page":2}`, "AB-1042", "AB-1042", 2, layout.Box{10, 0, 20, 10}},
		{`{"name":"issue_date","value":"2025-04-03"}`, "2025-04-03", "03/04/2025", 1, layout.Box{10, 10, 20, 20}},
		{`{"name":"issue_date","value":"2025-03-04"}`, "2025-03-04", "03/04/2025", 1, layout.Box{10, 10, 20, 20}},
		{`{"name":"issue_date","value":"2025-05-03","raw":"3rd May 2025"}`, "2025-05-03", "3rd May 2025", 2, layout.Box{20, 20, 50, 30}},
		{`{"name":"issue_date","value":"3 May 2025"}`, "2025-05-03", "3rd May 2025", 2, layout.Box{20, 20, 50, 30}},
		{`{"name":"grand_total","value":"1108.5"}`, "1108.50", "1,108.50", 2, layout.Box{10, 10, 20, 20}},
		{`{"name":"grand_total","value":"€1,108.50"}`, "1108.50", "1,108.50", 2, layout.Box{10, 10, 20, 20}},
		{`{"name":"currency","value":"EUR"}`, "EUR", "€", 2, layout.Box{20, 10, 30, 20}},
		{`{"name":"party","value":"ACME Tools Ltd."}`, "ACME Tools Ltd.", "Acme Tools Ltd", 1, layout.Box{0, 20, 20, 40}},
		{`{"name":"count","value":"7"}`, "7", "7", 1, layout.Box{10, 40, 20, 50}},
	} {
		got, err := askFields(t, tc.answer)
		if err != nil || len(got) != 1 {
			t.Fatalf("%s: %v %v", tc.answer, got, err)
		}
		f := got[0]
		box := layout.Box(f.BBox)
		if tc.raw == "€" || tc.raw == "1,108.50" { // with its neighbour or without
			if f.Page != tc.page || f.Value != tc.value || !strings.Contains(f.Raw, strings.TrimSpace(tc.raw)) || box == (layout.Box{}) {
				t.Errorf("%s: got %+v", tc.answer, f)
			}
		} else if f.Value != tc.value || f.Raw != tc.raw || f.Page != tc.page || box != tc.box {
			t.Errorf("%s: got %+v", tc.answer, f)
		}
		if f.Confidence < 0.5 || f.Confidence > mostSure || f.Source != "http:doctype/9#"+f.Name {
			t.Errorf("%s: confidence %v by %s", tc.answer, f.Confidence, f.Source)
		}
	}
}

func TestInventedValuesAreDoubted(t *testing.T) {
	for name, tc := range map[string]struct{ answer, mark string }{
		"an identifier":        {`{"name":"invoice_number","value":"AB-1043","confidence":1}`, "!unseen"},
		"a part of a word":     {`{"name":"invoice_number","value":"1042","confidence":1}`, "!unseen"},
		"more than a word":     {`{"name":"invoice_number","value":"AB-1042/7","confidence":1}`, "!unseen"},
		"a date":               {`{"name":"issue_date","value":"2025-04-04","confidence":1}`, "!unseen"},
		"an amount":            {`{"name":"grand_total","value":"1108.05","confidence":1}`, "!unseen"},
		"another sign":         {`{"name":"grand_total","value":"-1108.50","confidence":1}`, "!unseen"},
		"a currency":           {`{"name":"currency","value":"CHF","confidence":1}`, "!unseen"},
		"a name":               {`{"name":"party","value":"Acme Tools GmbH","confidence":1}`, "!unseen"},
		"with true raw text":   {`{"name":"invoice_number","value":"ZZ-9","raw":"AB-1042","page":1,"confidence":1}`, "!unseen"},
		"an amount's raw text": {`{"name":"grand_total","value":"9999.00","raw":"1,108.50","confidence":1}`, "!unseen"},
		"punctuation":          {`{"name":"party","value":"---","confidence":1}`, "!unseen"},
		"no date":              {`{"name":"issue_date","value":"yesterday","confidence":1}`, "!malformed"},
		"no amount":            {`{"name":"grand_total","value":"a lot","confidence":1}`, "!malformed"},
		"no currency":          {`{"name":"currency","value":"shells","confidence":1}`, "!malformed"},
		"no number":            {`{"name":"count","value":"1e9","confidence":1}`, "!malformed"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := askFields(t, tc.answer)
			if err != nil || len(got) != 1 {
				t.Fatalf("%v %v", got, err)
			}
			if f := got[0]; f.Confidence > unseen || f.Page != 0 || f.BBox != [4]float64{} || f.Raw != "" || !strings.HasSuffix(f.Source, tc.mark) {
				t.Errorf("got %+v", f)
			}
		})
	}
}

func TestFieldsOfTheWrongShapeAreNonsense(t *testing.T) {
	for _, answer := range []string{
		`{"name":"favourite_colour","value":"blue"}`, `{"value":"x"}`, `{"name":"party"}`, `{"name":"party","value":7}`, `"party"`,
		`{"name":"currency","value":"EUR"},{"name":"currency","value":"USD"}`, `{"name":"currency","value":"EUR","confidence":2}`,
		strings.TrimSuffix(strings.Repeat(`{"name":"party","value":"x"},`, maxFields+1), ","),
	} {
		if got, err := askFields(t, answer); fault.KindOf(err) != KindAnswer || fault.ClassOf(err) != fault.ClassTransient || got != nil {
			t.Errorf("%.100s: got %v, %v", answer, got, err)
		}
	}
	for _, result := range []string{`{}`, `null`, `{"fields":null}`, `[]`} {
		a := newAPI(t, saysJSON(`{"results":[`+result+`]}`))
		got := extractor(t, settings(HTTP, a.URL)).Extract(t.Context(), []Wanted{{one("d")[0], "invoice", wantedFields()}})[0]
		if fault.KindOf(got.Err) != KindAnswer {
			t.Errorf("%s: got %v", result, got.Err)
		}
	}
}

func TestFieldsComeInTheTemplatesOrderAndAbsentOnesAreAbsent(t *testing.T) {
	got, err := askFields(t, `{"name":"party","value":"Ltd"},{"name":"issue_date","value":"2025-04-03"},{"name":"party","value":"Acme Tools"},{"name":"currency","value":" "}`)
	var names []string
	for _, f := range got {
		names = append(names, f.Name+"="+f.Value)
	}
	if want := "[issue_date=2025-04-03 party=Ltd party=Acme Tools]"; err != nil || fmt.Sprint(names) != want {
		t.Errorf("got %v, %v; want %s", names, err, want)
	}
	if got, err := askFields(t, ""); err != nil || len(got) != 0 {
		t.Errorf("no fields: %v, %v", got, err)
	}
}
