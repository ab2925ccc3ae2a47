package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/millrace/millrace/shared/blob"
	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/fault"
	"github.com/millrace/millrace/shared/remote"
	"github.com/millrace/millrace/shared/stage"
)

// newRemoteExtractor asks an API that finds the invoice number 7 and an invented total in every document, and keeps what it
// was asked where that is wanted, which is for one request at a time.
func newRemoteExtractor(t *testing.T, asked *string) *RemoteExtractor {
	t.Helper()
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var q struct{ Documents []json.RawMessage }
		if err := json.NewDecoder(r.Body).Decode(&q); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		if asked != nil {
			*asked = fmt.Sprintf("%s", q.Documents)
		}
		one := `{"fields":[{"name":"invoice_number","value":"R-7"},{"name":"grand_total","value":"99.00","confidence":1}]}`
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, `{"model":"acme/2","results":[`+strings.Repeat(one+",", len(q.Documents)-1)+one+`]}`)
	}))
	t.Cleanup(api.Close)
	local := newExtractor(t, "")
	s := remote.Settings{Backend: remote.HTTP, URL: api.URL, Model: "acme", Timeout: 10 * time.Second, Concurrency: 1, Batch: 3, MaxText: 1000}
	e, err := NewRemoteExtractor(local.layouts, local.fields, s)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestARemoteModelReadsTheFieldsOfTheTemplate(t *testing.T) {
	var asked string
	e := newRemoteExtractor(t, &asked)
	local := &Extractor{layouts: e.layouts}
	invoice := classified(t, local, "invoice", "Invoice no. R-7", "Total 12.00")
	missing := invoice
	missing.Layout.Ref = blob.RefOf([]byte("never stored"))
	out, errs := e.Extract(t.Context(), []stage.Input[event.Classified]{{Payload: missing}, {Payload: invoice}})
	if fault.ClassOf(errs[0]) != fault.ClassPermanent || errs[1] != nil {
		t.Fatalf("got %v", errs)
	}
	for _, want := range []string{`"class":"invoice"`, `{"name":"invoice_number","type":"identifier"}`, `"name":"due_date"`, `[page 1]\nInvoice no. R-7`} {
		if !strings.Contains(asked, want) {
			t.Errorf("the request has no %s: %s", want, asked)
		}
	}
	got := out[1]
	if got.DocumentID != invoice.DocumentID || got.Class != invoice.Class || !strings.HasPrefix(got.Template, "invoice/") || len(got.Fields) != 2 {
		t.Fatalf("got %+v", got)
	}
	if f := got.Fields[0]; f.Value != "R-7" || f.Page != 1 || f.Source != "http:acme/2#invoice_number" || f.Confidence < 0.5 {
		t.Errorf("got %+v", f)
	}
	if f := got.Fields[1]; f.Page != 0 || f.Source != "http:acme/2#grand_total!unseen" || f.Confidence > 0.2 {
		t.Errorf("an invented value is trusted: %+v", f)
	}
	codec, err := event.NewCodec()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := codec.Encode(got); err != nil {
		t.Errorf("the event is not valid: %v", err)
	}
}

func TestADocumentOfUnknownTypeIsAskedAboutByTheGenericTemplate(t *testing.T) {
	var asked string
	e := newRemoteExtractor(t, &asked)
	out, errs := e.Extract(t.Context(), []stage.Input[event.Classified]{{Payload: classified(t, &Extractor{layouts: e.layouts}, "unknown", "a b c")}})
	if !strings.HasPrefix(out[0].Template, "generic/") || !strings.Contains(asked, `"name":"email"`) {
		t.Errorf("got %+v, asked %s", out, asked)
	}
	if fault.KindOf(errs[0]) != remote.KindAnswer { // the generic template has no invoice number
		t.Errorf("got %v", errs)
	}
}
