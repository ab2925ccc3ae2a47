package extract_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/millrace/millrace/shared/layout"
	"github.com/millrace/millrace/shared/pdf"
	"github.com/millrace/millrace/shared/synthetic"
)

var update = flag.Bool("update", false, "write the golden files anew from synthetic documents")

// goldenDocs are synthetic documents of different kinds, languages and layouts.
func goldenDocs() []struct{ kind, language string } {
	return []struct{ kind, language string }{
		{"invoice", "de"}, {"invoice", "en"}, {"invoice", "fr"}, {"receipt", "es"}, {"purchase_order", "nl"}, {"bank_statement", "en"},
		{"contract", "de"}, {"letter", "fr"}, {"resume", "en"},
	}
}

// TestGolden compares the results on stored layouts of synthetic documents with golden ones. With -update both are made
// anew; look at the difference before committing it.
func TestGolden(t *testing.T) {
	e := newExtractor(t)
	for _, d := range goldenDocs() {
		name := d.kind + "_" + d.language
		t.Run(name, func(t *testing.T) {
			path := filepath.Join("testdata", name)
			if *update {
				writeLayout(t, path+".layout.gz", d.kind, d.language)
			}
			res := e.Extract(readLayout(t, path+".layout.gz"), d.kind)
			got, err := json.MarshalIndent(res, "", "  ")
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, '\n')
			if *update {
				if err := os.WriteFile(path+".golden.json", got, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path + ".golden.json")
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), string(got)); diff != "" {
				t.Errorf("result changed (-want +got):\n%s", diff)
			}
		})
	}
}

func writeLayout(t *testing.T, path, kind, language string) {
	t.Helper()
	source, err := synthetic.New(synthetic.Config{Seed: 5, Kinds: []string{kind}, Languages: []string{language}})
	if err != nil {
		t.Fatal(err)
	}
	d, err := source.Next()
	if err != nil {
		t.Fatal(err)
	}
	doc, err := pdf.Read(t.Context(), d.PDF, pdf.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	content, err := layout.Encode(doc)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

func readLayout(t testing.TB, path string) *layout.Document {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := layout.Decode(bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func TestExtractorIsSafeForConcurrentUse(t *testing.T) {
	e := newExtractor(t)
	doc := readLayout(t, "testdata/invoice_de.layout.gz")
	want := fmt.Sprint(e.Extract(doc, "invoice"))
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 5 {
				if got := fmt.Sprint(e.Extract(doc, "invoice")); got != want {
					t.Errorf("another result:\n%s\nwant\n%s", got, want)
				}
			}
		})
	}
	wg.Wait()
}

func TestAResultStaysWhenOtherDocumentsAreRead(t *testing.T) {
	e := newExtractor(t)
	doc, other := readLayout(t, "testdata/invoice_de.layout.gz"), readLayout(t, "testdata/bank_statement_en.layout.gz")
	got := e.Extract(doc, "invoice")
	want := fmt.Sprint(got)
	for range 3 {
		e.Extract(other, "invoice")
		if after := fmt.Sprint(got); after != want {
			t.Fatalf("it has become\n%s\nbut was\n%s", after, want)
		}
		if again := fmt.Sprint(e.Extract(doc, "invoice")); again != want {
			t.Fatalf("after another document it is\n%s\nwant\n%s", again, want)
		}
	}
}

func TestResultsAreBounded(t *testing.T) {
	e := newExtractor(t)
	long := strings.Repeat("Maple ", 400)
	var cells []cell
	for i := range 250 {
		y := float64(i) * 12
		cells = append(cells, cell{50, y, fmt.Sprintf("person%d@example.org IBAN DE89 3704 0044 0532 0130 00 tel +49 89 %06d", i, i)}, cell{900, y, "Subject: " + long[:20+i]})
	}
	cells = append(cells, cell{50, 20, "Subject: " + long})
	doc := sheetOf(cells...)
	for _, class := range e.Classes() {
		res := e.Extract(doc, class)
		body, err := json.Marshal(res)
		if err != nil {
			t.Fatal(err)
		}
		if len(res.Fields) > 500 || len(body) > 512<<10 {
			t.Errorf("%s: %d fields in %d bytes", class, len(res.Fields), len(body))
		}
		for _, f := range res.Fields {
			if len([]rune(f.Value)) > 1_000 || len([]rune(f.Raw)) > 1_000 {
				t.Errorf("%s: %s has %d runes", class, f.Name, len([]rune(f.Value)))
			}
		}
	}
}

// FuzzExtract gives the extractor layouts with any text and any boxes.
func FuzzExtract(f *testing.F) {
	f.Add("Invoice number: A-17\nTotal: 119,00 €\nBill to:\nMaple Ltd", uint8(3), 10.0, 12.0)
	f.Add("between A Corp. and B Ltd (\"B\")\x00\xff\n\n  \nIBAN DE89", uint8(9), -1e300, 0.0)
	f.Add("Dear Sir\nDate 1/2/3 1.2.2003", uint8(1), 1e308, -5.0)
	e := newExtractor(f)
	classes := append(e.Classes(), "unknown")
	f.Fuzz(func(t *testing.T, text string, class uint8, dx, dy float64) {
		page := layout.Page{Number: int(class%3) - 1, Width: dx, Height: dy}
		for i, l := range strings.Split(text, "\n") {
			var line layout.Line
			for k, w := range strings.Split(l, " ") {
				x, y := float64(k)*dx, float64(i)*dy
				line.Words = append(line.Words, layout.Word{Text: w, Box: layout.Box{x, y, x + dx, y + dy}, Size: dy})
			}
			page.Blocks = append(page.Blocks, layout.Block{Lines: []layout.Line{line}})
		}
		res := e.Extract(&layout.Document{Pages: []layout.Page{page}}, classes[int(class)%len(classes)])
		if _, err := json.Marshal(res); err != nil {
			t.Fatalf("the result is not JSON: %v", err)
		}
		for _, v := range res.Fields {
			if v.Name == "" || v.Value == "" || v.Source == "" || v.Confidence <= 0 || v.Confidence >= 1 || strings.ContainsRune(v.Value, 0) {
				t.Fatalf("bad field %+v", v)
			}
		}
	})
}

func BenchmarkExtract(b *testing.B) {
	e := newExtractor(b)
	for _, d := range goldenDocs() {
		doc := readLayout(b, filepath.Join("testdata", d.kind+"_"+d.language+".layout.gz"))
		b.Run(fmt.Sprintf("%s_%s/%d_pages_%d_words", d.kind, d.language, len(doc.Pages), doc.Words()), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				e.Extract(doc, d.kind)
			}
		})
	}
}
