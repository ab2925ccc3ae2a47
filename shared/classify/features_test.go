package classify

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/millrace/millrace/shared/layout"
)

// The features are part of the model file's contract: where one of these values changes, featureSet must change and
// the model must be trained anew.
func TestHashesAreStable(t *testing.T) {
	b := newBag(&naming{})
	b.read(&layout.Document{Pages: []layout.Page{{Width: 595, Height: 842, Blocks: []layout.Block{{Lines: []layout.Line{{
		Words: []layout.Word{{Text: "Rechnung"}, {Text: "Nr."}, {Text: "4711"}},
	}}}}}}})
	sum := uint32(0) // in any order
	for _, f := range b.features() {
		sum += mix(f.hash, uint32(f.count))
	}
	if got, want := [...]uint32{hashText("rechnung"), mix(1, 2), sum, uint32(len(b.items) - 1)}, golden(); got != want {
		t.Errorf("got %#v, want %#v", got, want)
	}
}

func TestTokens(t *testing.T) {
	for word, want := range map[string][]string{
		"Invoice":          {"invoice"},
		"RECHNUNG:":        {"rechnung"},
		"Fälligkeit":       {"falligkeit"},
		"Straße,":          {"strasse"},
		"ﬁnal":             {"final"},
		"e-mail":           {"email"},
		"“Company”":        {"company"},
		"1.234,56":         {maskText[maskAmount]},
		"$1,234.56":        {maskText[maskAmount]},
		"(123.45)":         {maskText[maskAmount]},
		"99,00€":           {maskText[maskAmount]},
		"01.02.2024":       {maskText[maskDate]},
		"2024-02-01":       {maskText[maskDate]},
		"1/2/24":           {maskText[maskDate]},
		"2024":             {maskText[maskYear]},
		"12":               {maskText[maskNumber]},
		"19%":              {maskText[maskPercent]},
		"DE123456789":      {maskText[maskCode]},
		"jane@example.org": {maskText[maskMail]},
		"www.example.org":  {maskText[maskURL]},
		"_____":            {maskText[maskBlank]},
		".....":            {maskText[maskLeader]},
		"☐":                {maskText[maskBox]},
		"and/or":           {"and", "or"},
		"TYPE=Amendment":   {"type", "amendment"},
		"—":                nil,
		"":                 nil,
	} {
		var got []string
		var line tokens
		line.reset()
		line.read([]layout.Word{{Text: word}})
		for _, tok := range line.list {
			got = append(got, maskText[tok.mask]+string(line.of(tok)))
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q:\n%s", word, diff)
		}
	}
}

func TestCountsSurviveGrowth(t *testing.T) {
	b := newBag(&naming{})
	b.read(&layout.Document{})
	for range 2 {
		for i := range uint32(40_000) {
			b.found = append(b.found, occurs(familyWord, i, 1))
			b.count()
		}
	}
	if n := len(b.features()); n != 40_000 {
		t.Fatalf("%d features, want 40000", n)
	}
	for _, f := range b.features() {
		if f.count != 2 {
			t.Fatalf("feature %d counted %d times, want 2", f.hash, f.count)
		}
	}
}

func TestQuantisationKeepsSignAndOrder(t *testing.T) {
	last := -1e9
	for _, w := range []float64{-4, -1, -0.2, -0.01, 0, 0.01, 0.2, 1, 4} {
		got := dequantise(quantise(w, 4), 4)
		if got <= last || (w != 0 && (got-w)/w > 0.25) {
			t.Errorf("%v became %v after %v", w, got, last)
		}
		last = got
	}
}

func golden() [4]uint32 { return [4]uint32{0x50db3b1d, 0x7e32275d, 0xce0523c6, 0x24} }
