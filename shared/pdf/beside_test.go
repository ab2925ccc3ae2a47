package pdf_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/millrace/millrace/shared/layout"
	"github.com/millrace/millrace/shared/pdf"
)

// readAll reads a document whose catalog has entries.
func readAll(t *testing.T, f *file, catalog string) *layout.Document {
	t.Helper()
	f.objects[0] = "<< /Type /Catalog /Pages 2 0 R " + catalog + " >>"
	doc, err := pdf.Read(t.Context(), f.bytes(), pdf.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	beside, err := pdf.Beside(t.Context(), f.bytes(), pdf.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(doc.Outline, beside.Outline) + cmp.Diff(doc.Annotations, beside.Annotations); diff != "" {
		t.Errorf("alone it reads otherwise:\n%s", diff)
	}
	return doc
}

func TestTheOutlineLeadsToPages(t *testing.T) {
	f := newFile()
	for _, text := range []string{"one", "two", "three"} {
		f.page(at(50, 700, text), "")
	}
	page := func(n int) string { return fmt.Sprintf("%d 0 R", 3+2*n) }
	n := len(f.objects)
	ref := func(i int) string { return fmt.Sprintf("%d 0 R", n+i) }
	f.add(fmt.Sprintf("<< /First %s /Last %s >>", ref(2), ref(6)))                                                       // 1
	f.add(fmt.Sprintf("<< /Title (Start) /Dest [%s /Fit] /First %s /Next %s >>", page(1), ref(3), ref(4)))               // 2
	f.add(fmt.Sprintf("<< /Title (\xfe\xff\x00B\x00e\x00l\x00o\x00w) /A << /S /GoTo /D [%s /XYZ 0 0 0] >> >>", page(3))) // 3
	f.add(fmt.Sprintf("<< /Title (By\\nname) /Dest (there) /Next %s >>", ref(5)))                                        // 4
	f.add(fmt.Sprintf("<< /Title (By old name) /Dest /old /Next %s >>", ref(6)))                                         // 5
	f.add("<< /Title (Elsewhere) /A << /S /URI /URI (https://example.org/) >> >>")                                       // 6
	doc := readAll(t, f, fmt.Sprintf("/Outlines %s /Dests << /old << /D [%s /Fit] >> >> /Names << /Dests << /Kids [<< /Names [(there) [%s /Fit]] >>] >> >>",
		ref(1), page(2), page(3)))
	want := []layout.Heading{
		{Title: "Start", Page: 1, Items: []layout.Heading{{Title: "Below", Page: 3}}},
		{Title: "By name", Page: 3},
		{Title: "By old name", Page: 2},
		{Title: "Elsewhere"},
	}
	if diff := cmp.Diff(want, doc.Outline); diff != "" {
		t.Errorf("the outline differs (-want +got):\n%s", diff)
	}
}

func TestPageLabels(t *testing.T) {
	f := newFile()
	for range 9 {
		f.page(at(50, 700, "text"), "")
	}
	doc := readAll(t, f, "/PageLabels << /Kids [<< /Nums [1 << /S /r /St 4 >> 3 << /S /D >> 4 << /P (A-) /S /A /St 26 >>] >> "+
		"<< /Nums [6 << /P (Cover) >> 7 << /S /R /St 999999999 >> (no number) << /S /D >> 8 << /S /a /St -7 >>] >>] >>")
	var got []string
	for _, p := range doc.Pages {
		got = append(got, p.Label)
	}
	if want := []string{"", "iv", "v", "1", "A-Z", "A-AA", "Cover", "999999999", "a"}; !slices.Equal(got, want) {
		t.Errorf("labels %q, want %q", got, want)
	}
}

func TestLinksAndNotesAreKept(t *testing.T) {
	f := newFile()
	f.page(at(50, 700, "first"), `/Annots [
		<< /Subtype /Link /Rect [100 600 200 620] /A << /S /URI /URI (https://example.org/a?b) >> >>
		<< /Subtype /Link /Rect [100 500 200 520] /Dest [7 0 R /Fit] >>
		<< /Subtype /Link /Rect [100 400 200 420] >>
		<< /Subtype /Text /Rect [10 10 30 30] /T (Ada) /Contents (Please\ncheck) >>
		<< /Subtype /Popup /Rect [10 10 30 30] /Contents (Please check) >>
		<< /Subtype /Square /Rect [10 10 30 30] >>
		<< /Subtype /Text /F 2 /Rect [10 10 30 30] /Contents (hidden) >>
		<< /Subtype /Widget /Rect [10 10 30 30] /Contents (a field) >>]`)
	f.page(at(50, 700, "second"), "/Rotate 90 /Annots [<< /Subtype /Highlight /Rect [50 690 100 712] >> 99 0 R null (text)]")
	doc := readAll(t, f, "")
	want := []layout.Annotation{
		{Kind: "link", URI: "https://example.org/a?b", Page: 1, Box: layout.Box{100, 180, 200, 200}},
		{Kind: "link", Target: 2, Page: 1, Box: layout.Box{100, 280, 200, 300}},
		{Kind: "text", Contents: "Please check", Author: "Ada", Page: 1, Box: layout.Box{10, 770, 30, 790}},
		{Kind: "highlight", Page: 2, Box: layout.Box{690, 50, 712, 100}},
	}
	if diff := cmp.Diff(want, doc.Annotations); diff != "" {
		t.Errorf("annotations differ (-want +got):\n%s", diff)
	}
}

// headings counts an outline's entries and how deep they lie.
func headings(list []layout.Heading) (count, depth int) {
	for _, h := range list {
		n, d := headings(h.Items)
		count, depth = count+1+n, max(depth, 1+d)
	}
	return count, depth
}

func TestOutlinesWithoutEndAreCutShort(t *testing.T) {
	rings := newFile().page(at(50, 700, "text"), "")
	n := len(rings.objects)
	rings.add(fmt.Sprintf("<< /First %d 0 R >>", n+2))
	rings.add(fmt.Sprintf("<< /Title (a) /Next %d 0 R /First %d 0 R >>", n+2, n+1))
	if count, _ := headings(readAll(t, rings, fmt.Sprintf("/Outlines %d 0 R", n+1)).Outline); count != 1 {
		t.Errorf("a ring has %d entries, want 1", count)
	}

	deep := newFile().page(at(50, 700, "text"), "")
	n = len(deep.objects)
	for i := range 200 {
		deep.add(fmt.Sprintf("<< /Title (deeper) /First %d 0 R >>", n+i+2))
	}
	if _, depth := headings(readAll(t, deep, fmt.Sprintf("/Outlines %d 0 R", n+1)).Outline); depth < 8 || depth > 32 {
		t.Errorf("an outline without end is %d deep", depth)
	}

	long := newFile().page(at(50, 700, "text"), "")
	n = len(long.objects)
	long.add(fmt.Sprintf("<< /First %d 0 R >>", n+2))
	for i := range 8000 {
		long.add(fmt.Sprintf("<< /Title (%s) /Next %d 0 R >>", strings.Repeat("x", 1000), n+i+3))
	}
	doc := readAll(t, long, fmt.Sprintf("/Outlines %d 0 R", n+1))
	if count, _ := headings(doc.Outline); count < 1000 || count > 5000 || len(doc.Outline[0].Title) > 500 {
		t.Errorf("a long outline has %d entries, with titles of %d bytes", count, len(doc.Outline[0].Title))
	}
}

func TestTreesWithoutEndAreCutShort(t *testing.T) {
	f := newFile().page(at(50, 700, "text"), "/Annots [<< /Subtype /Link /Rect [1 1 9 9] /Dest (nowhere) >>]")
	n := len(f.objects) + 1
	f.add(fmt.Sprintf("<< /Kids [%s] >>", strings.Repeat(fmt.Sprintf("%d 0 R ", n), 100)))
	doc := readAll(t, f, fmt.Sprintf("/PageLabels %d 0 R /Names << /Dests %d 0 R /EmbeddedFiles %d 0 R >>", n, n, n))
	if len(doc.Annotations) != 0 || doc.Pages[0].Label != "" || strings.TrimSpace(doc.Text()) != "text" {
		t.Errorf("read %+v", doc)
	}
}

func TestManyAnnotationsAreCutShort(t *testing.T) {
	f := newFile()
	note := fmt.Sprintf("<< /Subtype /Text /Rect [10 10 30 30] /Contents (%s) >> ", strings.Repeat("note ", 2000))
	n := f.add("[" + strings.Repeat(note, 3000) + "]")
	f.page(at(50, 700, "text"), fmt.Sprintf("/Annots %d 0 R", n))
	doc := readAll(t, f, "")
	total := 0
	for _, a := range doc.Annotations {
		total += len(a.Contents)
	}
	if len(doc.Annotations) == 0 || total > 5<<20 || len(doc.Annotations[0].Contents) > 5000 {
		t.Errorf("%d annotations of %d bytes", len(doc.Annotations), total)
	}
}
