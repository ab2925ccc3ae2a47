package event_test

import (
	"strings"
	"time"

	"github.com/millrace/millrace/shared/blob"
	"github.com/millrace/millrace/shared/event"
)

// examples holds one full payload per topic; the golden files in testdata are their published form.
func examples() []event.Payload {
	id := strings.Repeat("0f", 32)
	layout := event.Blob{Ref: blob.Ref("sha256:" + strings.Repeat("a1", 32)), Size: 2048, MediaType: "application/vnd.millrace.layout+json+gzip"}
	content := event.Blob{Ref: blob.Ref("sha256:" + id), Size: 48213, MediaType: "application/pdf"}
	class := event.Class{Label: "invoice", Confidence: 0.97}
	return []event.Payload{
		event.Received{
			DocumentID: id, Content: content,
			Arrival: event.Arrival{ID: "019a9f3e-8c1d-7a55-9b63-0f5d8f2f6f10", Name: "Rechnung März.pdf", Source: "attachment", At: time.Date(2026, 3, 31, 9, 15, 2, 0, time.UTC), Parent: strings.Repeat("3e", 32)},
		},
		event.Parsed{
			DocumentID: id, Content: content, Layout: layout, Outcome: "partial", Engine: "glyph/1", Reason: "first choice",
			Language: "de", Pages: 3, FailedPages: []int{2}, Words: 512,
		},
		event.Classified{
			DocumentID: id, Layout: layout, Class: class, Model: "linear/1",
			Alternatives: []event.Class{{Label: "purchase_order", Confidence: 0.02}},
		},
		event.Extracted{
			DocumentID: id, Class: class, Template: "invoice/1",
			Fields: []event.Field{{
				Name: "grand_total", Value: "1234.50", Type: "amount", Raw: "1.234,50 €", Page: 1,
				BBox: [4]float64{401.5, 640, 468.2, 652}, Confidence: 0.93, Source: "invoice/1#grand_total",
			}},
			Items: []event.Item{{
				Kind: "line_item", Page: 1, BBox: [4]float64{56, 312, 540, 324}, Confidence: 0.9, Source: "invoice/1#items",
				Cells: []event.Cell{
					{Name: "description", Value: "Beratung", Type: "text"},
					{Name: "quantity", Value: "3", Type: "number"},
					{Name: "amount", Value: "1037.39", Type: "amount"},
				},
			}},
			OmittedItems: 2,
			Checks:       []event.Check{{Name: "totals", Holds: true, Detail: "1037.39 + 197.11 = 1234.50"}},
		},
		event.Corrected{
			DocumentID: id, Correction: "019a9f40-1c1d-7a55-9b63-0f5d8f2f6f12", Author: "ana", At: time.Date(2026, 4, 1, 8, 0, 0, 0, time.UTC),
			Class:  "receipt",
			Fields: []event.CorrectedField{{Name: "grand_total", Type: "amount", Values: []string{"1243.50"}}, {Name: "iban", Type: "identifier"}},
			Note:   "digits were swapped",
		},
		event.Replayed{
			Replay: "019a9f3e-9c1d-7a55-9b63-0f5d8f2f6f11", DeadLetter: strings.Repeat("5c", 16), DocumentID: id, Group: "parser",
			At: time.Date(2026, 3, 31, 11, 2, 40, 0, time.UTC),
		},
	}
}
