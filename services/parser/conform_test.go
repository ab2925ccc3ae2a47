package main

import (
	"fmt"
	"testing"
	"time"

	"github.com/millrace/millrace/shared/blob"
	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/pipeline"
	"github.com/millrace/millrace/shared/stage/stagetest"
)

func TestTheParserConforms(t *testing.T) {
	stagetest.Conform(t, func(t *testing.T) stagetest.Subject[event.Received, event.Parsed] {
		p := newParser(t)
		arrived := func(content, mediaType string) event.Received {
			in := receive(t, p, content, mediaType)
			in.Arrival = event.Arrival{ID: in.DocumentID, Name: "a file", Source: "inbox", At: time.Unix(0, 0)}
			return in
		}
		missing := arrived("lost", "application/pdf")
		missing.Content.Ref = blob.RefOf([]byte("never stored"))
		return stagetest.Subject[event.Received, event.Parsed]{
			Name: pipeline.Parser, Func: p.Parse, Probe: p.Blobs.Ready,
			Inputs: func(i int) event.Received {
				if i%3 == 2 {
					return arrived(fmt.Sprintf("plain text number %d", i), "text/plain")
				}
				return arrived(smallPDF(fmt.Sprintf("Page number %d", i)), "application/pdf")
			},
			Poison: []event.Received{
				arrived("MZ, a program", "application/pdf"), arrived("GIF89a", "image/gif"), arrived(" \n", "text/plain"), missing,
			},
		}
	})
}
