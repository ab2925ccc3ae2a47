package reader

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/millrace/millrace/shared/layout"
)

// furnished makes the objects of a document with something of everything beside its text.
func furnished() []object {
	out := pages(object{body: "null"}, say("Hello reader"), say("again"))
	n := len(out)
	ref := func(i int) string { return fmt.Sprintf("%d 0 R", n+i) }
	out[0].body = fmt.Sprintf("<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [%s] >> /Outlines %s /Names << /EmbeddedFiles << /Names [«a» %s] >> >> "+
		"/PageLabels << /Nums [0 << /S /r >>] >> >>", ref(3), ref(1), ref(5))
	out[5].body = out[5].body[:len(out[5].body)-2] + fmt.Sprintf("/Annots [%s %s] >>", ref(3), ref(4))
	return append(out,
		object{body: fmt.Sprintf("<< /First %s /Last %s >>", ref(2), ref(2))},
		object{body: fmt.Sprintf("<< /Title «Second page» /Dest [8 0 R /Fit] /Parent %s >>", ref(1))},
		object{body: "<< /Type /Annot /Subtype /Widget /FT /Tx /T «number» /V «A-17» /Rect [100 600 200 620] >>"},
		object{body: "<< /Type /Annot /Subtype /Link /Rect [10 10 60 30] /A << /S /URI /URI «https://example.org/» >> >>"},
		object{body: fmt.Sprintf("<< /Type /Filespec /F «invoice.xml» /EF << /F %s >> >>", ref(6))},
		object{body: "/Type /EmbeddedFile /Subtype /text#2Fxml", stream: []byte("<Invoice/>")})
}

func TestWhatStandsBesideTheTextIsReadWhereOnlyPdfiumOpensTheDocument(t *testing.T) {
	want := &layout.Document{
		Attachments: []layout.Attachment{{Name: "invoice.xml", MediaType: "text/xml", Content: []byte("<Invoice/>")}},
		Form:        []layout.FormField{{Name: "number", Value: "A-17", Page: 1, Box: layout.Box{100, 180, 200, 200}}},
		Outline:     []layout.Heading{{Title: "Second page", Page: 2}},
		Annotations: []layout.Annotation{{Kind: "link", URI: "https://example.org/", Page: 1, Box: layout.Box{10, 770, 60, 790}}},
	}
	tests := []struct {
		name    string
		content []byte
		options Options
		engine  string
	}{
		{"by the first engine", file("", nil, furnished()...), Options{}, "glyph/1"},
		{"by PDFium alone", file("", nil, furnished()...), Options{Engine: Pdfium}, "pdfium/1"},
		{"encrypted, by PDFium alone", locked("", furnished()), Options{Engine: Pdfium}, "pdfium/1"},
		{"encrypted", locked("", furnished()), Options{}, "glyph/1"},
		{"encrypted with a password that is known", locked("hunter2", furnished()), Options{Passwords: []string{"hunter2"}}, "glyph/1"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			doc, err := read(t, tt.content, tt.options)
			if err != nil {
				t.Fatal(err)
			}
			got := &layout.Document{Attachments: doc.Attachments, Form: doc.Form, Outline: doc.Outline, Annotations: doc.Annotations}
			if diff := cmp.Diff(want, got); diff != "" || doc.Engine != tt.engine {
				t.Errorf("by %s (-want +got):\n%s", doc.Engine, diff)
			}
			if doc.Pages[0].Label != "i" || doc.Pages[1].Label != "ii" {
				t.Errorf("the pages are called %q and %q", doc.Pages[0].Label, doc.Pages[1].Label)
			}
		})
	}
}
