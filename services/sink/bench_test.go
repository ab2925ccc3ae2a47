package main

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/stage"
	"github.com/millrace/millrace/shared/testkit"
)

// BenchmarkStore stores whole documents (four events each: 1,000 words of text, 8 fields), every commit on disk. The figure
// to read is docs/s; the batch sizes stand side by side in one run.
func BenchmarkStore(b *testing.B) {
	for _, run := range []struct{ size, atOnce int }{{1, 1}, {10, 1}, {50, 1}, {200, 1}, {1, 4}, {50, 2}, {50, 4}} {
		b.Run(fmt.Sprintf("batch=%d/at_once=%d", run.size, run.atOnce), func(b *testing.B) {
			size := run.size
			w := worldOn(b, testkit.Database(b))
			text := strings.TrimSpace(strings.Repeat("the payment for invoice number is due on receipt ", 111))
			var batches [][]story
			for made := 0; made < b.N; made += size {
				var batch []story
				for i := range min(size, b.N-made) {
					n := made + i
					batch = append(batch, newStory(w, b, fmt.Sprint("doc", n), fmt.Sprintf("document%d %s", n, text)))
				}
				batches = append(batches, batch)
			}
			b.ResetTimer()
			next := make(chan []story)
			var wg sync.WaitGroup
			for range run.atOnce {
				wg.Go(func() {
					for batch := range next {
						storeBatch(b, w, batch)
					}
				})
			}
			for _, batch := range batches {
				next <- batch
			}
			close(next)
			wg.Wait()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "docs/s")
		})
	}
}

func storeBatch(b *testing.B, w *world, batch []story) {
	b.Helper()
	var received []stage.Input[event.Received]
	var parsed []stage.Input[event.Parsed]
	var classified []stage.Input[event.Classified]
	var extracted []stage.Input[event.Extracted]
	class := event.Class{Label: "invoice", Confidence: 0.9}
	for _, s := range batch {
		received = append(received, stage.Input[event.Received]{Envelope: s.envelope("received", "generator", "1", "", 0), Payload: event.Received{
			DocumentID: s.id, Content: s.content, Arrival: event.Arrival{ID: s.salt, Name: s.salt + ".pdf", Source: "inbox", At: s.start}}})
		parsed = append(parsed, stage.Input[event.Parsed]{Envelope: s.envelope("parsed", "parser", "1", "received", 1), Payload: event.Parsed{
			DocumentID: s.id, Content: s.content, Layout: s.layout, Outcome: "complete", Engine: "glyph/1", Language: "en", Pages: 1, Words: 1000}})
		classified = append(classified, stage.Input[event.Classified]{Envelope: s.envelope("classified", "classifier", "1", "parsed", 2), Payload: event.Classified{
			DocumentID: s.id, Layout: s.layout, Class: class, Model: "linear/1"}})
		x := event.Extracted{DocumentID: s.id, Class: class, Template: "invoice/1"}
		for i := range 8 {
			x.Fields = append(x.Fields, amount(fmt.Sprint("field", i), "12.50"))
		}
		extracted = append(extracted, stage.Input[event.Extracted]{Envelope: s.envelope("extracted", "extractor", "1", "classified", 3), Payload: x})
	}
	check := func(_ []event.None, errs []error) {
		for _, err := range errs {
			if err != nil {
				b.Error(err)
			}
		}
	}
	check(w.received(b.Context(), received))
	check(w.parsed(b.Context(), parsed))
	check(w.classified(b.Context(), classified))
	check(w.extracted(b.Context(), extracted))
}
