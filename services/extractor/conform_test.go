package main

import (
	"fmt"
	"testing"

	"github.com/millrace/millrace/shared/blob"
	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/pipeline"
	"github.com/millrace/millrace/shared/stage/stagetest"
)

// of makes an input a document of its own.
func of(content string, in event.Classified) event.Classified {
	in.DocumentID = event.DocumentID([]byte(content))
	return in
}

func TestTheExtractorConforms(t *testing.T) {
	stagetest.Conform(t, func(t *testing.T) stagetest.Subject[event.Classified, event.Extracted] {
		e := newExtractor(t, "")
		missing := of("missing", put(t, e, "invoice", nil))
		missing.Layout.Ref = blob.RefOf([]byte("never stored"))
		return stagetest.Subject[event.Classified, event.Extracted]{
			Name: pipeline.Extractor, Version: "1+templates." + e.fields.Fingerprint(), Func: e.Extract, Probe: e.layouts.Ready,
			Inputs: func(i int) event.Classified {
				return of(fmt.Sprint("document ", i), classified(t, e, "invoice", fmt.Sprintf("Invoice number: AB-%d", i), "Invoice date: 3 April 2025", "Grand total: £108.00"))
			},
			Poison: []event.Classified{missing, of("damaged", put(t, e, "invoice", []byte("this is no layout")))},
		}
	})
}

func TestTheExtractorWithARemoteModelConforms(t *testing.T) {
	stagetest.Conform(t, func(t *testing.T) stagetest.Subject[event.Classified, event.Extracted] {
		e := newRemoteExtractor(t, nil)
		local := &Extractor{layouts: e.layouts, fields: e.fields}
		missing := of("missing", put(t, local, "invoice", nil))
		missing.Layout.Ref = blob.RefOf([]byte("never stored"))
		return stagetest.Subject[event.Classified, event.Extracted]{
			Name: pipeline.Extractor, Version: "1+" + e.settings.Name(), Batch: e.Extract, Size: 4, Wait: batchWait, Probe: e.Ready,
			Inputs: func(i int) event.Classified {
				return of(fmt.Sprint("document ", i), classified(t, local, "invoice", fmt.Sprintf("Invoice no. R-7 of %d", i), "Total 12.00"))
			},
			Poison: []event.Classified{missing},
		}
	})
}
