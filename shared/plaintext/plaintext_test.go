package plaintext

import (
	"strings"
	"testing"

	"github.com/millrace/millrace/shared/fault"
)

func TestReadKeepsColumnsPagesAndBlocks(t *testing.T) {
	doc, err := Read([]byte("Item        Price\nPump         5.00\n\n\tnext\n\f\npage two\n"), "", 0)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := doc.Text(), "Item Price\nPump 5.00\n\nnext\n\fpage two\n"; got != want {
		t.Errorf("text %q, want %q", got, want)
	}
	lines := doc.Pages[0].Blocks[0].Lines
	if end := lines[0].Words[1].Box[2] - lines[1].Words[1].Box[2]; end < -0.01 || end > 0.01 {
		t.Errorf("the second column's ends are %.2f points apart", end)
	}
	if lines[0].Words[0].Box[0] != lines[1].Words[0].Box[0] || lines[1].Box[1] <= lines[0].Box[1] {
		t.Errorf("boxes: %v, %v", lines[0].Box, lines[1].Box)
	}
}

func TestReadWrapsRunningTextAndFillsPages(t *testing.T) {
	doc, err := Read([]byte(strings.Repeat("word ", 1000)+"\n"+strings.Repeat("a line\n", 100)), "", 0)
	if err != nil {
		t.Fatal(err)
	}
	if doc.Words() != 1200 || len(doc.Pages) < 2 || doc.Pages[0].Width > 600 {
		t.Errorf("%d words on %d pages of width %v", doc.Words(), len(doc.Pages), doc.Pages[0].Width)
	}
}

func TestReadDecodes(t *testing.T) {
	tests := map[string]struct{ content, mediaType string }{
		"UTF-8":             {"grüße", ""},
		"a byte order mark": {"\ufeffgrüße", "text/plain; charset=iso-8859-1"},
		"Windows-1252":      {"gr\xfc\xdfe", "text/plain"},
		"what is declared":  {"gr\x81\xe1e", "text/plain; charset=ibm866"},
		"ASCII that is not": {"grüße", "text/plain; charset=us-ascii"},
	}
	for name, tt := range tests {
		doc, err := Read([]byte(tt.content), tt.mediaType, 0)
		if err != nil {
			t.Fatal(err)
		}
		want := "grüße\n"
		if name == "what is declared" {
			want = "grБсe\n"
		}
		if doc.Text() != want {
			t.Errorf("%s: %q", name, doc.Text())
		}
	}
}

func TestReadRefusesWithAKind(t *testing.T) {
	for content, kind := range map[string]string{"": "empty", " \n\f\n": "no_text", strings.Repeat("x\n", 10_000): "too_many_pages"} {
		if _, err := Read([]byte(content), "", 100); fault.ClassOf(err) != fault.ClassPermanent || fault.KindOf(err) != kind {
			t.Errorf("%.10q: %v, want permanent %q", content, err, kind)
		}
	}
}
