package classify_test

import (
	"encoding/binary"
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/millrace/millrace/shared/classify"
	"github.com/millrace/millrace/shared/classify/corpus"
	"github.com/millrace/millrace/shared/layout"
	"github.com/millrace/millrace/shared/layout/layouttest"
)

func builtIn(t testing.TB) *classify.Model {
	t.Helper()
	m, err := classify.Default()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// made returns n documents of each label.
func made(t testing.TB, cfg corpus.Config, n int, labels ...string) []classify.Example {
	t.Helper()
	src, err := corpus.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	if len(labels) == 0 {
		labels = src.Labels()
	}
	var out []classify.Example
	for _, l := range labels {
		for i := range n {
			d, err := src.Document(l, i)
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, classify.Example{Label: l, Group: string(rune('a' + i%8)), Document: d.Layout})
		}
	}
	return out
}

func smallModel(t testing.TB) (*classify.Model, classify.Held) {
	t.Helper()
	m, held, err := classify.Train(made(t, corpus.Config{Seed: 3}, 24, "invoice", "contract", "resume", classify.Unknown), nil,
		classify.TrainConfig{Name: "small", Epochs: 3})
	if err != nil {
		t.Fatal(err)
	}
	return m, held
}

func TestBuiltInModelKnowsTheTypes(t *testing.T) {
	want := []string{
		"bank_statement", "contract", "email", "government_form", "instructions_manual", "invoice", "letter", "purchase_order",
		"receipt", "report", "resume", "scientific_paper", "tax_form",
	}
	if diff := cmp.Diff(want, builtIn(t).Labels()); diff != "" {
		t.Error(diff)
	}
	if name := builtIn(t).Name(); !strings.HasPrefix(name, "doctype/1+") {
		t.Errorf("the model is called %q", name)
	}
}

func TestBuiltInModelOnDocumentsItWasNotTrainedOn(t *testing.T) {
	m, tally := builtIn(t), classify.NewTally()
	for _, e := range made(t, corpus.Config{Seed: 4711}, 20) {
		tally.Add(e.Label, m.Classify(e.Document).Class.Label)
	}
	if ev := tally.Evaluate(); ev.MacroF1 < 0.95 {
		t.Errorf("macro-F1 is below 0.95:\n%s", ev)
	}
}

func TestHandWrittenDocuments(t *testing.T) {
	m := builtIn(t)
	for _, tc := range []struct {
		want  string
		lines []string
	}{
		{"invoice", []string{"Muster GmbH", "Rechnung Nr. 2025-118", "Rechnungsdatum 04.02.2025", "Kundennummer 8812",
			"Pos. Bezeichnung Menge Einzelpreis Gesamtpreis", "1 Montage 2 80,00 160,00", "Nettobetrag 160,00 EUR",
			"Umsatzsteuer 19% 30,40 EUR", "Rechnungsbetrag 190,40 EUR", "Zahlbar innerhalb von 14 Tagen ohne Abzug."}},
		{"contract", []string{"SERVICES AGREEMENT", "This Services Agreement is entered into as of May 1, 2024 by and between",
			"Acme Corp., a Delaware corporation, and Jane Roe.", "WHEREAS, Acme wishes to retain the Consultant;",
			"NOW, THEREFORE, the parties agree as follows:", "1. Term. This Agreement shall remain in effect for one year.",
			"2. Governing Law. This Agreement shall be governed by the laws of the State of New York.",
			"IN WITNESS WHEREOF, the parties have executed this Agreement."}},
		{"bank_statement", []string{"Relevé de compte", "Titulaire du compte Claire Petit", "Ancien solde au 01/03/2025 1.204,10",
			"Date Nature des opérations Débit Crédit", "03/03 Paiement par carte 23,90", "05/03 Virement salaire 2.100,00",
			"10/03 Prélèvement électricité 61,20", "Nouveau solde au 31/03/2025 3.219,00"}},
		{"letter", []string{"Geachte mevrouw Bos,", "Hartelijk dank voor uw brief van 3 mei.",
			"Helaas kunnen wij niet aan uw verzoek voldoen. Heeft u nog vragen, neem dan gerust contact met ons op.",
			"Met vriendelijke groet,", "J. de Wit"}},
	} {
		if got := m.Classify(layouttest.Document(tc.lines...)); got.Class.Label != tc.want {
			t.Errorf("%s: got %+v, then %+v", tc.want, got.Class, got.Alternatives)
		}
	}
}

// A statement of what is owed reads like an invoice to the last word; only that it is called one makes it one.
func TestADocumentMustBeCalledWhatItIs(t *testing.T) {
	m := builtIn(t)
	rest := []string{
		"Customer number 8812", "Description Qty Unit price Amount", "Consulting services 2 80.00 160.00", "Office chair, black 1 99.00 99.00",
		"Subtotal 259.00", "VAT 19% 49.21", "Grand total 308.21", "Amount due 308.21", "Please make cheques payable to Acme Ltd.",
	}
	for _, first := range []string{"INVOICE", "Invoice no. 2025-118", "Rechnung", "Rechnungs-Nr. 118", "Facture", "Factura", "Factuurnummer 118", "Credit note"} {
		if got := m.Classify(layouttest.Document(append([]string{first}, rest...)...)); got.Class.Label != "invoice" {
			t.Errorf("%s: got %+v", first, got)
		}
	}
	got := m.Classify(layouttest.Document(append([]string{"2025-118"}, rest...)...))
	if got.Class.Label != classify.Unknown || len(got.Alternatives) == 0 || got.Alternatives[0].Label != "invoice" {
		t.Errorf("without a name: got %+v", got)
	}
	if why := m.Explain(layouttest.Document(append([]string{"2025-118"}, rest...)...)); !why.Unnamed {
		t.Errorf("the explanation does not say that the name is missing: %+v", why)
	}
}

func TestWhatIsNoDocumentIsUnknown(t *testing.T) {
	m := builtIn(t)
	for name, doc := range map[string]*layout.Document{
		"no pages":    {},
		"no words":    {Pages: []layout.Page{{Number: 1, Width: 595, Height: 842}}},
		"one word":    layouttest.Document("hello"),
		"gibberish":   layouttest.Document("xkq zzvb prrt", "wqpl 12 mnbv", "gfdd ssaq trewq plk", "zxcv bnmq"),
		"numbers":     layouttest.Document("12 44 9 18", "3.5 1.22 8.1", "771 22 1"),
		"other signs": layouttest.Document("発注書 番号", "合計 金額"),
		"recipe":      layouttest.Document("Grandmother's apple cake", "Peel the apples and cut them into thin slices.", "Beat butter and sugar, add the eggs one by one.", "Bake for forty minutes."),
	} {
		got := m.Classify(doc)
		if got.Class.Label != classify.Unknown {
			t.Errorf("%s: got %+v", name, got)
		}
		if got.Class.Confidence < 0 || got.Class.Confidence > 1 || got.Model != m.Name() {
			t.Errorf("%s: malformed answer %+v", name, got)
		}
	}
}

func TestAnswersAreWellFormed(t *testing.T) {
	m := builtIn(t)
	for _, e := range made(t, corpus.Config{Seed: 99}, 5) {
		got := m.Classify(e.Document)
		last := 1.0
		if got.Class.Label != classify.Unknown {
			last = got.Class.Confidence
			if last < m.Threshold() {
				t.Errorf("%+v is below the threshold %v", got.Class, m.Threshold())
			}
		}
		if len(got.Alternatives) > 3 {
			t.Errorf("%d alternatives", len(got.Alternatives))
		}
		for _, a := range got.Alternatives {
			if a.Confidence > last || a.Label == classify.Unknown || a.Label == got.Class.Label || math.IsNaN(a.Confidence) {
				t.Errorf("alternatives out of order or doubled: %+v", got)
			}
			last = a.Confidence
		}
	}
}

func TestConcurrentUseGivesTheSameAnswers(t *testing.T) {
	m, docs := builtIn(t), made(t, corpus.Config{Seed: 12}, 4)
	want := make([]classify.Result, len(docs))
	for i, d := range docs {
		want[i] = m.Classify(d.Document)
	}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for i, d := range docs {
				if diff := cmp.Diff(want[i], m.Classify(d.Document)); diff != "" {
					t.Error(diff)
				}
			}
		})
	}
	wg.Wait()
}

func TestVeryLongDocumentsAreCutOff(t *testing.T) {
	long := layouttest.Document("Invoice")
	line := long.Pages[0].Blocks[0].Lines[0]
	for range 200_000 {
		line.Words = append(line.Words, layout.Word{Text: "wordwordword"})
	}
	long.Pages[0].Blocks[0].Lines[0] = line
	short := &layout.Document{Pages: []layout.Page{{Width: 595, Height: 842, Blocks: []layout.Block{{Lines: []layout.Line{{Words: line.Words[:4000]}}}}}}}
	m := builtIn(t)
	if diff := cmp.Diff(m.Classify(short), m.Classify(long)); diff != "" {
		t.Errorf("words after the first 4,000 change the answer:\n%s", diff)
	}
}

func TestSaveAndLoad(t *testing.T) {
	m, _ := smallModel(t)
	content, err := m.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "small.model")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	loaded, err := classify.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	if loaded.Name() != m.Name() || !strings.HasPrefix(m.Name(), "small/1+") {
		t.Errorf("%q became %q", m.Name(), loaded.Name())
	}
	for _, e := range made(t, corpus.Config{Seed: 5}, 3, "invoice", "contract", "resume") {
		if diff := cmp.Diff(m.Classify(e.Document), loaded.Classify(e.Document)); diff != "" {
			t.Error(diff)
		}
	}
}

func TestUnusableModelFilesSayWhatIsWrong(t *testing.T) {
	m, _ := smallModel(t)
	good, err := m.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	flipped := append([]byte(nil), good...)
	flipped[len(flipped)/2] ^= 1
	header := append([]byte(nil), good...)
	binary.BigEndian.PutUint32(header[strings.Index(string(header), "\n")+1:], math.MaxUint32)
	for name, tc := range map[string]struct {
		content []byte
		want    string
	}{
		"empty":       {nil, "does not begin with"},
		"other file":  {[]byte("%PDF-1.7 and so on"), "does not begin with"},
		"only magic":  {good[:25], "cut off"},
		"cut off":     {good[:len(good)-100], "checksum"},
		"one bit":     {flipped, "checksum"},
		"header size": {header, "checksum"},
		"added bytes": {append(append([]byte(nil), good...), 0), "checksum"},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "bad.model")
			if err := os.WriteFile(path, tc.content, 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := classify.Load(path)
			if !errors.Is(err, classify.ErrModelFile) || !strings.Contains(err.Error(), tc.want) || !strings.Contains(err.Error(), path) {
				t.Errorf("got %v, want one about %q that names the file", err, tc.want)
			}
		})
	}
	if _, err := classify.Load(filepath.Join(t.TempDir(), "absent")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v for a missing file", err)
	}
}

func FuzzRead(f *testing.F) {
	m, _ := smallModel(f)
	good, err := m.Bytes()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good[:2000])
	f.Add([]byte("millrace-classifier 1\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if m, err := classify.Read(b); err == nil {
			m.Classify(layouttest.Document("Invoice 12"))
		}
	})
}

func BenchmarkClassifyPage(b *testing.B) {
	m := builtIn(b)
	src, err := corpus.New(corpus.Config{Seed: 8})
	if err != nil {
		b.Fatal(err)
	}
	for _, label := range []string{"invoice", "contract"} {
		b.Run(label, func(b *testing.B) {
			var docs []*layout.Document
			words := 0
			for i := 0; len(docs) < 20; i++ {
				d, err := src.Document(label, i)
				if err != nil {
					b.Fatal(err)
				}
				page := &layout.Document{Pages: d.Layout.Pages[:1]}
				words += page.Words()
				docs = append(docs, page)
			}
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				m.Classify(docs[i%len(docs)])
			}
			b.ReportMetric(float64(words)/float64(len(docs)), "words/page")
		})
	}
}
