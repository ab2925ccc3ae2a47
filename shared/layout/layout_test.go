package layout_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/millrace/millrace/shared/layout"
)

func line(text string) layout.Line {
	l := layout.Line{Box: layout.Box{1, 2, 3, 4}}
	for w := range strings.FieldsSeq(text) {
		l.Words = append(l.Words, layout.Word{Text: w, Box: layout.Box{1, 2, 3, 4}, Size: 10})
	}
	return l
}

func document(lines ...string) *layout.Document {
	d := &layout.Document{Engine: "test", Outcome: layout.Complete, Pages: []layout.Page{{Number: 1, Width: 595, Height: 842}, {Number: 2, Error: "bad"}}}
	for _, text := range lines {
		d.Pages[0].Blocks = append(d.Pages[0].Blocks, layout.Block{Box: layout.Box{1, 2, 3, 4}, Lines: []layout.Line{line(text), line("x")}})
	}
	return d
}

func TestTextSeparatesLinesBlocksAndPages(t *testing.T) {
	d := document("one two", "three")
	if got, want := d.Text(), "one two\nx\n\nthree\nx\n\f"; got != want {
		t.Errorf("Text = %q, want %q", got, want)
	}
	if d.Words() != 5 {
		t.Errorf("Words = %d, want 5", d.Words())
	}
}

func TestEncodedDocumentsDecodeToThemselves(t *testing.T) {
	d := document("Grüße <&> 你好")
	first, err := layout.Encode(d)
	if err != nil {
		t.Fatal(err)
	}
	second, err := layout.Encode(d)
	if err != nil || !bytes.Equal(first, second) {
		t.Errorf("the same document gives other bytes (%v)", err)
	}
	got, err := decode(t, first)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(d, got); diff != "" {
		t.Errorf("the document changed on the way:\n%s", diff)
	}
	for _, bad := range [][]byte{nil, []byte("not gzip"), first[:len(first)/2]} {
		if _, err := decode(t, bad); err == nil {
			t.Errorf("%d damaged bytes decode", len(bad))
		}
	}
}

func TestUnion(t *testing.T) {
	a, b := layout.Box{1, 2, 3, 4}, layout.Box{0, 3, 2, 9}
	for _, tt := range []struct{ a, b, want layout.Box }{{a, b, layout.Box{0, 2, 3, 9}}, {layout.Box{}, b, b}, {a, layout.Box{}, a}} {
		if got := tt.a.Union(tt.b); got != tt.want {
			t.Errorf("%v and %v give %v, want %v", tt.a, tt.b, got, tt.want)
		}
	}
}

func TestGuessLanguage(t *testing.T) {
	tests := map[string]string{
		"The payment is due on the first day of the month, and the buyer shall pay it to the seller.":               "en",
		"Der Rechnungsbetrag ist innerhalb von 14 Tagen und ohne Abzug auf das Konto der Firma zu überweisen.":      "de",
		"Le montant de la facture est à régler dans les trente jours par virement sur le compte que vous trouverez": "fr",
		"El importe de la factura se paga en los treinta días por transferencia a la cuenta del vendedor para el":   "es",
		"Het bedrag van de factuur is niet betaald en wij verzoeken u het binnen een week over te maken":            "nl",
		"Il pagamento della fattura è da effettuare entro trenta giorni, per la banca che si trova nel documento":   "it",
		"42 EUR 17.03.2024": "",
	}
	for text, want := range tests {
		if got := document(text).GuessLanguage(); got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
}

func TestBrokenWordsArePutTogetherInText(t *testing.T) {
	tests := []struct {
		lines []string
		want  string
	}{
		{[]string{"the Positions-", "betrag is due"}, "the Positionsbetrag\nis due\n"},
		{[]string{"a long exam-", "ple", "ends"}, "a long example\nends\n"},
		{[]string{"ex-", "am-", "ple"}, "exam-\nple\n"},
		{[]string{"Ein-", "und Ausgang"}, "Ein-\nund Ausgang\n"},
		{[]string{"Berg-", "Talbahn", "3-", "fold", "-", "x"}, "Berg-\nTalbahn\n3-\nfold\n-\nx\n"},
		{[]string{"the end-"}, "the end-\n"},
	}
	for _, tt := range tests {
		b := layout.Block{}
		for _, text := range tt.lines {
			b.Lines = append(b.Lines, line(text))
		}
		if got := b.Text(); got != tt.want {
			t.Errorf("%q: %q, want %q", tt.lines, got, tt.want)
		}
	}
}
