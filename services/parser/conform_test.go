package main

import (
	"encoding/base64"
	"fmt"
	"testing"
	"time"

	"github.com/millrace/millrace/shared/blob"
	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/pipeline"
	"github.com/millrace/millrace/shared/stage/stagetest"
)

func TestTheParserConforms(t *testing.T) {
	stagetest.Conform(t, func(t *testing.T) stagetest.Subject[event.Received, Output] {
		p := newParser(t)
		arrived := func(content, mediaType string) event.Received {
			in := receive(t, p, content, mediaType)
			in.Arrival = event.Arrival{ID: in.DocumentID, Name: "a file", Source: "inbox", At: time.Unix(0, 0)}
			return in
		}
		missing := arrived("lost", "application/pdf")
		missing.Content.Ref = blob.RefOf([]byte("never stored"))
		return stagetest.Subject[event.Received, Output]{
			Name: pipeline.Parser, Func: p.Parse, Probe: p.Blobs.Ready,
			Further: func(in event.Received) int {
				if in.Content.MediaType == "message/rfc822" {
					return 2
				}
				return 0
			},
			Inputs: func(i int) event.Received {
				switch i % 4 {
				case 1:
					return arrived(attached(fmt.Sprintf("Mail number %d", i), fmt.Sprintf("its text number %d", i), smallPDF(fmt.Sprintf("Bill number %d", i))), "message/rfc822")
				case 2:
					return arrived(fmt.Sprintf("plain text number %d", i), "text/plain")
				case 3:
					return arrived(fmt.Sprintf("<h1>Page number %d", i), "text/html")
				}
				return arrived(smallPDF(fmt.Sprintf("Page number %d", i)), "application/pdf")
			},
			Poison: []event.Received{
				arrived("MZ, a program", "application/pdf"), arrived("GIF89a", "image/gif"), arrived(" \n", "text/plain"), missing,
			},
		}
	})
}

// attached returns a mail with a text and a PDF file.
func attached(subject, text, pdf string) string {
	return "From: a@example.com\r\nSubject: " + subject + "\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nSee the files.\r\n" +
		"--b\r\nContent-Type: text/plain; name=note.txt\r\n\r\n" + text + "\r\n" +
		"--b\r\nContent-Type: application/pdf; name=bill.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n" +
		base64.StdEncoding.EncodeToString([]byte(pdf)) + "\r\n--b--\r\n"
}
