package markup

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/millrace/millrace/shared/fault"
	"github.com/millrace/millrace/shared/layout"
)

func read(t *testing.T, content, mediaType string) *layout.Document {
	t.Helper()
	doc, err := Read([]byte(content), mediaType, 0)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func TestReadShowsWhatAReaderSees(t *testing.T) {
	tests := map[string]struct{ html, want string }{
		"paragraphs and breaks":     {"<p>One\n  two<br>three</p><p>four", "One two\nthree\n\nfour\n"},
		"words across elements":     {"Mill<b>race</b> is <i>a</i><span>b</span> <a href=x>link</a>.", "Millrace is ab link.\n"},
		"lists":                     {"<ul><li>one<li>two<ol start=4><li>four<li>five</ol></ul>", "• one\n\n• two\n\n4. four\n\n5. five\n"},
		"scripts and styles":        {"<style>p{}</style><script>x()</script><p>seen<noscript> without scripts</noscript>", "seen without scripts\n"},
		"hidden elements":           {`<p hidden>a<p style="DISPLAY : none !important">b<p style="visibility:hidden">c<div style="max-height:0;overflow:hidden">d</div><p>seen`, "seen\n"},
		"text of size 0":            {`<div style="font-size:0px">gone<p style="font-size:12px">seen</p></div>`, "seen\n"},
		"pictures":                  {`<p><img src=x alt="Acme Ltd"> Street`, "Acme Ltd Street\n"},
		"rows of a table":           {"<table><tr><th>Item<th>Price<tr><td>Pump<td>5.00<tr><td>Hose, long<td>12.50</table>", "Item Price\nPump 5.00\nHose, long 12.50\n"},
		"a column beside a column":  {"<table><tr><td>Seller<br>Acme<td>Buyer<br>Jane</table>", "Seller\nAcme\n\nBuyer\nJane\n"},
		"preformatted text":         {"<pre>a  b\n  c</pre>", "a b\nc\n"},
		"a caption":                 {"<table><caption>Prices</caption><tr><td>1", "Prices\n\n1\n"},
		"a chosen option":           {"<select><option>no<option selected>yes</select>", "yes\n"},
		"entities and soft hyphens": {"<p>5&nbsp;&euro; Do&shy;ku&shy;ment&#8203;", "5 € Dokument\n"},
		"an inner table for looks":  {"<table><tr><td><table><tr><td>Total<td>9.00</table></table>", "Total 9.00\n"},
		"no HTML at all":            {"just text", "just text\n"},
		"what nobody closes":        {"<div><p><b>bold<table><tr><td>cell", "bold\n\ncell\n"},
		"a definition":              {"<dl><dt>Number<dd>17</dl>", "Number\n\n17\n"},
	}
	for name, tt := range tests {
		if got := read(t, tt.html, "").Text(); got != tt.want {
			t.Errorf("%s: %q, want %q", name, got, tt.want)
		}
	}
}

func TestReadDecodesEveryEncodingThatIsSaid(t *testing.T) {
	wide := utf16.Encode([]rune("\ufeff<p>grüße"))
	little := make([]byte, 0, 2*len(wide))
	for _, u := range wide {
		little = append(little, byte(u), byte(u>>8))
	}
	tests := map[string]struct{ html, mediaType string }{
		"a byte order mark":             {"\ufeff<p>grüße", "text/html; charset=iso-8859-1"},
		"UTF-16":                        {string(little), ""},
		"the media type":                {"<meta charset=utf-8><p>gr\xfc\xdfe", "text/html; charset=iso-8859-1"},
		"a meta element":                {"<meta charset=iso-8859-15><p>gr\xfc\xdfe", "text/html"},
		"an old meta element":           {`<meta http-equiv=Content-Type content="text/html; charset=windows-1252"><p>gr` + "\xfc\xdfe", ""},
		"nothing, UTF-8":                {"<p>grüße", ""},
		"nothing, UTF-8 far down":       {"<!--" + strings.Repeat("x", 2000) + "--><p>grüße", ""},
		"nothing, Windows-1252":         {"<p>gr\xfc\xdfe", ""},
		"an encoding that nobody knows": {"<p>grüße", "text/html; charset=klingon"},
	}
	for name, tt := range tests {
		if got := read(t, tt.html, tt.mediaType).Text(); got != "grüße\n" {
			t.Errorf("%s: %q", name, got)
		}
	}
}

// boxes returns the box of the first word with each text.
func boxes(doc *layout.Document) map[string]layout.Word {
	out := map[string]layout.Word{}
	for _, p := range doc.Pages {
		for _, b := range p.Blocks {
			for _, l := range b.Lines {
				for _, w := range l.Words {
					if _, ok := out[w.Text]; !ok {
						out[w.Text] = w
					}
				}
			}
		}
	}
	return out
}

func TestReadSetsTheTextOnPages(t *testing.T) {
	doc := read(t, `<title>A bill</title><h1>Invoice</h1><p>Dear <b>Jane</b></p>
		<table><tr><td>Net<td align=right>7.00<tr><td>A much longer label<td align=right>1,234.00</table>`, "")
	w := boxes(doc)
	if w["Invoice"].Size <= w["Dear"].Size || !w["Invoice"].Bold || w["Dear"].Bold || !w["Jane"].Bold {
		t.Errorf("a heading is larger and bold: %+v", w)
	}
	if w["Net"].Box[0] != w["A"].Box[0] || w["7.00"].Box[1] != w["Net"].Box[1] || w["7.00"].Box[0] < w["label"].Box[2] {
		t.Errorf("the columns of a table: %+v", w)
	}
	if right := w["7.00"].Box[2] - w["1,234.00"].Box[2]; right < -0.01 || right > 0.01 {
		t.Errorf("figures flush right end %.2f points apart", right)
	}
	if doc.Info["Title"] != "A bill" {
		t.Errorf("info: %q", doc.Info)
	}
	long := read(t, strings.Repeat("<p>"+strings.Repeat("some words ", 30), 60), "")
	if len(long.Pages) < 2 {
		t.Fatalf("%d pages", len(long.Pages))
	}
	for _, p := range long.Pages {
		for _, b := range p.Blocks {
			if b.Box[0] < 0 || b.Box[1] < 0 || b.Box[2] > p.Width || b.Box[3] > p.Height {
				t.Fatalf("page %d: the block %v is not on the page of %v by %v", p.Number, b.Box, p.Width, p.Height)
			}
		}
	}
}

func TestReadRefusesWithAKind(t *testing.T) {
	tests := map[string]struct{ html, kind string }{
		"nothing":           {"", "empty"},
		"no words":          {"<html><script>x</script> </html>", "no_text"},
		"too deep":          {strings.Repeat("<div>", 5000) + "x", KindTooDeep},
		"more than its due": {strings.Repeat("<p>x", 20_000), "too_many_pages"},
	}
	for name, tt := range tests {
		_, err := Read([]byte(tt.html), "", 100)
		if fault.ClassOf(err) != fault.ClassPermanent || fault.KindOf(err) != tt.kind {
			t.Errorf("%s: %v, want permanent %q", name, err, tt.kind)
		}
	}
}

// Spans that no page has, and tables in tables, must not cost what they claim.
func TestReadBoundsWhatHTMLClaims(t *testing.T) {
	doc := read(t, `<table><tr><td colspan=999999999 rowspan=999999999>a<td>b<tr><td colspan=-1>c</table>`+strings.Repeat("<table><tr><td>", 100)+"deep", "")
	for _, want := range []string{"a", "b", "c", "deep"} {
		if _, ok := boxes(doc)[want]; !ok {
			t.Errorf("%q is lost", want)
		}
	}
	var wide bytes.Buffer
	wide.WriteString("<table>")
	for i := range 3 {
		wide.WriteString("<tr>")
		for j := range 1000 {
			fmt.Fprintf(&wide, "<td>%d-%d", i, j)
		}
	}
	if n := read(t, wide.String(), "").Words(); n != 3000 {
		t.Errorf("%d of 3000 words of a wide table", n)
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte("<table><tr><td colspan=2>a<tr><td rowspan=3>b<td><pre>x\ty</pre><ul><li>c"), "text/html; charset=utf-8")
	f.Add([]byte("\xff\xfe<\x00p\x00>\x00"), "")
	f.Add([]byte("<meta charset=iso-2022-jp><p>\x1b$B"), "")
	f.Fuzz(func(t *testing.T, content []byte, mediaType string) {
		doc, err := Read(content, mediaType, 100)
		if err != nil {
			if fault.ClassOf(err) != fault.ClassPermanent || fault.KindOf(err) == "" {
				t.Errorf("a fault without a kind: %v", err)
			}
			return
		}
		if _, err := layout.Encode(doc); err != nil {
			t.Error(err)
		}
	})
}
