package main

import (
	"bytes"
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/millrace/millrace/shared/blob"
	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/fault"
	"github.com/millrace/millrace/shared/layout"
	"github.com/millrace/millrace/shared/sandbox"
	"github.com/millrace/millrace/shared/stage"
)

func TestMain(m *testing.M) {
	sandbox.Child()
	os.Exit(m.Run())
}

func newParser(t *testing.T) *Parser {
	t.Helper()
	blobs, err := blob.Open("file://" + t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	pool, err := sandbox.New(sandbox.Config{Children: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return &Parser{Blobs: blobs, Pool: pool, MaxBytes: 10_000}
}

// receive stores content and returns the event that the generator would send.
func receive(t *testing.T, p *Parser, content, mediaType string) event.Received {
	t.Helper()
	ref, err := p.Blobs.PutBytes(t.Context(), []byte(content))
	if err != nil {
		t.Fatal(err)
	}
	return event.Received{DocumentID: ref.Hex(), Content: event.Blob{Ref: ref, Size: int64(len(content)), MediaType: mediaType}}
}

func smallPDF(text string) string {
	content := "BT /F1 12 Tf 72 720 Td (" + text + ") Tj ET"
	var b bytes.Buffer
	var offsets []int
	b.WriteString("%PDF-1.4\n")
	for i, body := range []string{
		"<< /Type /Catalog /Pages 2 0 R >>",
		"<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
		"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>",
		fmt.Sprintf("<< /Length %d >>\nstream\n%s\nendstream", len(content), content),
	} {
		offsets = append(offsets, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, body)
	}
	table := b.Len()
	b.WriteString("xref\n0 5\n0000000000 65535 f \n")
	for _, at := range offsets {
		fmt.Fprintf(&b, "%010d 00000 n \n", at)
	}
	fmt.Fprintf(&b, "trailer\n<< /Size 5 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", table)
	return b.String()
}

func TestParseStoresTheLayout(t *testing.T) {
	p := newParser(t)
	tests := []struct {
		name, content, mediaType string
		engine, text             string
		pages, words             int
	}{
		{"a PDF", smallPDF("Hello reader"), "application/pdf", "glyph/1", "Hello reader\n", 1, 2},
		{"octets that are a PDF", smallPDF("Hello reader"), "application/octet-stream", "glyph/1", "Hello reader\n", 1, 2},
		{"plain text", "one two\nthree\n\nfour\n\fpage two\n", "text/plain; charset=utf-8", "text/2", "one two\nthree\n\nfour\n\fpage two\n", 2, 6},
		{"HTML", "<p>one <b>two</b><p>three", "text/html; charset=utf-8", "html/1", "one two\n\nthree\n", 1, 3},
		{"an e-mail", "From: a@example.com\r\nSubject: Hello\r\n\r\ntext", "message/rfc822", "mail/1", "From: a@example.com\nSubject: Hello\n\ntext\n", 1, 5},
		{"text in an older encoding", "Stra\xdfe", "text/plain", "text/2", "Straße\n", 1, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			in := receive(t, p, tt.content, tt.mediaType)
			made, err := p.Parse(t.Context(), in)
			if err != nil {
				t.Fatal(err)
			}
			out := made.Output
			if out.DocumentID != in.DocumentID || out.Content != in.Content || out.Outcome != "complete" ||
				out.Engine != tt.engine || out.Pages != tt.pages || out.Words != tt.words {
				t.Errorf("parsed = %+v", out)
			}
			encoded, err := p.Blobs.Get(t.Context(), out.Layout.Ref, 1<<20)
			if err != nil {
				t.Fatal(err)
			}
			doc, err := layout.Decode(bytes.NewReader(encoded))
			if err != nil {
				t.Fatal(err)
			}
			if doc.Text() != tt.text || int64(len(encoded)) != out.Layout.Size || out.Layout.MediaType != layout.MediaType {
				t.Errorf("layout %+v has the text %q, want %q", out.Layout, doc.Text(), tt.text)
			}
			again, err := p.Parse(t.Context(), in)
			if err != nil || again.Output.Layout != out.Layout {
				t.Errorf("read again: %+v (%v), want the same layout", again.Output.Layout, err)
			}
		})
	}
}

func TestParseFailuresAreTyped(t *testing.T) {
	p := newParser(t)
	missing := receive(t, p, "", "application/pdf")
	missing.Content.Ref = blob.RefOf([]byte("never stored"))
	sizeless := receive(t, p, strings.Repeat("x", 10_001), "application/pdf")
	sizeless.Content.Size = 5 // as a sender that is wrong would say
	tests := []struct {
		name string
		in   event.Received
		kind string
	}{
		{"not a PDF", receive(t, p, "MZ, a program", "application/pdf"), "not_a_pdf"},
		{"an empty file", receive(t, p, "", "application/pdf"), "empty"},
		{"empty text", receive(t, p, "", "text/plain"), "empty"},
		{"text without words", receive(t, p, " \n\f\n", "text/plain"), "no_text"},
		{"too large", receive(t, p, strings.Repeat("x", 10_001), "application/pdf"), "too_large"},
		{"larger than said", sizeless, "too_large"},
		{"HTML that nests too deep", receive(t, p, strings.Repeat("<b>", 2000), "text/html"), "too_deep"},
		{"an encrypted mail", receive(t, p, "From: a@example.com\r\nContent-Type: multipart/encrypted; boundary=b\r\n\r\n--b\r\n\r\nx\r\n--b--", "message/rfc822"), "encrypted"},
		{"no mail", receive(t, p, "just text", "message/rfc822"), "not_a_mail"},
		{"another type", receive(t, p, "GIF89a", "image/gif"), "unsupported_media_type"},
		{"content that is not stored", missing, "blob_missing"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := p.Parse(t.Context(), tt.in)
			if fault.ClassOf(err) != fault.ClassPermanent || fault.KindOf(err) != tt.kind {
				t.Errorf("error = %v (%v, %q), want permanent %q", err, fault.ClassOf(err), fault.KindOf(err), tt.kind)
			}
		})
	}
}

func TestParseAnnouncesWhatIsAttached(t *testing.T) {
	p := newParser(t)
	pdf := smallPDF("The bill")
	in := receive(t, p, attached("A bill", "the note", pdf), "message/rfc822")
	in.Arrival = event.Arrival{ID: "arrival", At: time.Unix(5, 0)}
	parse := func(e event.Envelope) []stage.Event[event.Received] {
		t.Helper()
		out, err := p.Parse(event.NewContext(t.Context(), e), in)
		if err != nil {
			t.Fatal(err)
		}
		return out.Further
	}
	got := parse(event.Envelope{ID: "event-1"})
	if len(got) != 2 {
		t.Fatalf("%d arrivals: %+v", len(got), got)
	}
	for i, want := range []struct{ name, mediaType, content string }{{"note.txt", "text/plain", "the note"}, {"bill.pdf", "application/pdf", pdf}} {
		r := got[i].Payload
		if r.Arrival.Name != want.name || r.Arrival.Source != "attachment" || r.Arrival.Parent != in.DocumentID || r.Arrival.ID != got[i].ID || !r.Arrival.At.Equal(in.Arrival.At) ||
			r.Content.MediaType != want.mediaType || r.DocumentID != event.DocumentID([]byte(want.content)) || r.Content.Size != int64(len(want.content)) {
			t.Errorf("arrival %d: %+v", i, r)
		}
		if stored, err := p.Blobs.Get(t.Context(), r.Content.Ref, 1<<20); err != nil || string(stored) != want.content {
			t.Errorf("content %d: %q (%v)", i, stored, err)
		}
	}
	if again := parse(event.Envelope{ID: "event-1"}); !reflect.DeepEqual(again, got) {
		t.Errorf("handled again: %+v, want %+v", again, got)
	}
	if other := parse(event.Envelope{ID: "event-2"}); other[0].ID == got[0].ID || other[0].Payload.DocumentID != got[0].Payload.DocumentID {
		t.Errorf("the mail came again: %+v", other)
	}
	in = receive(t, p, attached("Another bill", "another note", smallPDF("Another bill")), "message/rfc822")
	if trial := parse(event.Envelope{ID: "event-3", Shadow: "run"}); len(trial) != 0 {
		t.Errorf("a trial run announces %+v", trial)
	}
	if _, err := p.Blobs.Stat(blob.RefOf([]byte("another note"))); fault.KindOf(err) != "blob_missing" {
		t.Errorf("a trial run stores what is attached: %v", err)
	}
}
