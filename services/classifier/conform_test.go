package main

import (
	"fmt"
	"testing"

	"github.com/millrace/millrace/shared/blob"
	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/pipeline"
	"github.com/millrace/millrace/shared/stage/stagetest"
)

func TestTheClassifierConforms(t *testing.T) {
	stagetest.Conform(t, func(t *testing.T) stagetest.Subject[event.Parsed, event.Classified] {
		c := newClassifier(t)
		of := func(content string, in event.Parsed) event.Parsed {
			in.DocumentID = event.DocumentID([]byte(content))
			in.Content = event.Blob{Ref: blob.RefOf([]byte(content)), Size: int64(len(content)), MediaType: "application/pdf"}
			in.Outcome, in.Engine, in.Pages = "complete", "glyph/1", 1
			return in
		}
		missing := of("missing", put(t, c, nil))
		missing.Layout.Ref = blob.RefOf([]byte("never stored"))
		return stagetest.Subject[event.Parsed, event.Classified]{
			Name: pipeline.Classifier, Version: "1+" + c.model.Name(), Func: c.Classify, Probe: c.layouts.Ready,
			Inputs: func(i int) event.Parsed {
				return of(fmt.Sprint("document ", i), parsed(t, c, fmt.Sprintf("Invoice number %d", i), "Please pay within 30 days", "Total due 108.00"))
			},
			Poison: []event.Parsed{missing, of("damaged", put(t, c, []byte("this is no layout")))},
		}
	})
}

func TestTheClassifierWithARemoteModelConforms(t *testing.T) {
	stagetest.Conform(t, func(t *testing.T) stagetest.Subject[event.Parsed, event.Classified] {
		c := newRemoteClassifier(t, newModelAPI(t).URL)
		missing := remoteInput(t, c, "missing")
		missing.Layout.Ref = blob.RefOf([]byte("never stored"))
		return stagetest.Subject[event.Parsed, event.Classified]{
			Name: pipeline.Classifier, Version: "1+" + c.settings.Name(), Batch: c.Classify, Size: 4, Wait: batchWait, Probe: c.Ready,
			Inputs: func(i int) event.Parsed { return remoteInput(t, c, fmt.Sprint("document ", i)) },
			Poison: []event.Parsed{missing},
		}
	})
}
