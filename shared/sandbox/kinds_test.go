package sandbox

import (
	"strings"
	"testing"

	"github.com/millrace/millrace/shared/fault"
)

func TestReadAsReadsTextsInAChild(t *testing.T) {
	p, err := New(Config{Children: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	mailed := "From: a@example.com\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nhello\r\n--b\r\n" +
		"Content-Type: text/html; name=one.html\r\n\r\n<p>one\r\n--b\r\nContent-Type: text/plain; name=two.txt\r\n\r\ntwo\r\n--b--\r\n"
	tests := []struct{ content, mediaType, text, engine string }{
		{"<p>Grüße", "text/html; charset=utf-8", "Grüße\n", "html/1"},
		{"one\ntwo", "text/plain", "one\ntwo\n", "text/2"},
		{mailed, "message/rfc822", "From: a@example.com\nAttachments: one.html, two.txt\n\nhello\n", "mail/1"},
	}
	for _, tt := range tests {
		r, err := p.ReadAs(t.Context(), []byte(tt.content), tt.mediaType)
		if err != nil {
			t.Fatal(err)
		}
		doc, err := r.Document()
		if err != nil {
			t.Fatal(err)
		}
		if doc.Text() != tt.text || r.Engine != tt.engine || r.Words != doc.Words() || r.Pages != 1 {
			t.Errorf("%s: %+v with the text %q", tt.mediaType, r.Summary, doc.Text())
		}
		if tt.content == mailed && (len(r.Parts) != 2 || string(r.Parts[0].Content) != "<p>one" || r.Parts[1].Name != "two.txt" || string(r.Parts[1].Content) != "two") {
			t.Errorf("parts: %+v", r.Parts)
		}
	}
	for content, kind := range map[string]string{"": "empty", strings.Repeat("<b>", 9999): "too_deep"} {
		if _, err := p.ReadAs(t.Context(), []byte(content), "text/html"); fault.KindOf(err) != kind {
			t.Errorf("%.9q: %v, want %q", content, err, kind)
		}
	}
	if _, err := p.ReadAs(t.Context(), []byte("GIF89a"), "image/gif"); fault.KindOf(err) != KindUnsupported || fault.ClassOf(err) != fault.ClassPermanent {
		t.Errorf("a picture: %v", err)
	}
}

// What a text may cost is bounded as for any other document.
func TestReadAsBoundsWhatATextCosts(t *testing.T) {
	if overhead > 1 {
		t.Skip("the race detector needs more memory than the limit")
	}
	p, err := New(Config{Children: 1, Limits: Limits{Memory: 128 << 20}})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	if _, err := p.ReadAs(t.Context(), []byte(strings.Repeat("<p>x<p>y", 4<<20)), "text/html"); fault.KindOf(err) != "out_of_memory" {
		t.Errorf("HTML of four million paragraphs in 128 MiB: %v", err)
	}
	if _, err := p.ReadAs(t.Context(), []byte("<p>x"), "text/html"); err != nil {
		t.Errorf("after that: %v", err)
	}
}
