package pdf_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/millrace/millrace/shared/layout"
	"github.com/millrace/millrace/shared/pdf"
)

func TestXMLAttachmentsAreKept(t *testing.T) {
	f := newFile().page(at(50, 700, "invoice"), "")
	xml := f.stream("/Type /EmbeddedFile /Subtype /text#2Fxml", "<Invoice/>")
	plain := f.stream("/Type /EmbeddedFile", "<More/>")
	other := f.stream("/Type /EmbeddedFile /Subtype /application#2Fpdf", "%PDF")
	spec := func(name string, n int) int {
		return f.add(fmt.Sprintf("<< /Type /Filespec /F (%s) /EF << /F %d 0 R >> >>", name, n))
	}
	a, b, c := spec("factur-x.xml", xml), spec("MORE.XML", plain), spec("terms.pdf", other)
	f.objects[0] = fmt.Sprintf("<< /Type /Catalog /Pages 2 0 R /AF [%d 0 R %d 0 R] /Names << /EmbeddedFiles << /Kids [<< /Names [(a) %d 0 R (c) %d 0 R] >>] >> >> >>", a, b, a, c)
	doc, err := pdf.Read(t.Context(), f.bytes(), pdf.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	want := []layout.Attachment{{Name: "factur-x.xml", MediaType: "text/xml", Content: []byte("<Invoice/>")}, {Name: "MORE.XML", Content: []byte("<More/>")}}
	if diff := cmp.Diff(want, doc.Attachments); diff != "" {
		t.Errorf("attachments differ (-want +got):\n%s", diff)
	}
}

func TestFilledFormFieldsAreKept(t *testing.T) {
	f := newFile()
	parent := f.add("<< /T (order) /FT /Tx /TU (Order number) /V (A-17) >>")
	f.page(at(50, 700, "form"), fmt.Sprintf(`/Annots [
		<< /Subtype /Widget /T (number) /Parent %d 0 R /Rect [100 600 200 620] >>
		<< /Subtype /Widget /T (empty) /FT /Tx /Rect [100 500 200 520] >>
		<< /Subtype /Widget /T (paid) /FT /Btn /V /Yes /AS /Yes /Rect [10 10 20 20] >>
		<< /Subtype /Widget /T (late) /FT /Btn /V /Yes /AS /Off /Rect [10 10 20 20] >>
		<< /Subtype /Link /T (link) /V (no field) /Rect [10 10 20 20] >>]`, parent))
	f.objects[0] = "<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [] >> >>"
	doc, err := pdf.Read(t.Context(), f.bytes(), pdf.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	want := []layout.FormField{
		{Name: "order.number", Label: "Order number", Value: "A-17", Page: 1, Box: layout.Box{100, 180, 200, 200}},
		{Name: "paid", Value: "Yes", Page: 1, Box: layout.Box{10, 780, 20, 790}},
	}
	if diff := cmp.Diff(want, doc.Form); diff != "" {
		t.Errorf("fields differ (-want +got):\n%s", diff)
	}
	if got := strings.TrimSpace(doc.Text()); got != "form\n\nA-17" {
		t.Errorf("the value of a field without an appearance is not part of the text: %q", got)
	}
}
