package classify

import (
	"strings"
	"testing"

	"github.com/millrace/millrace/shared/layout"
	"github.com/millrace/millrace/shared/layout/layouttest"
)

func TestWhereANameCounts(t *testing.T) {
	n, err := compileNames(map[string]Names{
		"invoice":  {Anywhere: []string{"rechnung*", "Credit note"}},
		"contract": {Anywhere: []string{"*vertrag"}},
		"order":    {Title: []string{"Order", "orden de compra"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	filler := strings.Split(strings.Repeat("words of no meaning|", titleLines), "|")[:titleLines]
	for name, tc := range map[string]struct {
		pages []layout.Page
		want  string // the types that it is called, by the first letters
	}{
		"compound, anywhere":         {[]layout.Page{layouttest.Page("zu Ihrer RECHNUNGSNUMMER: 12 vom Mai")}, "i"},
		"end of a compound":          {[]layout.Page{layouttest.Page("der Miet-Vertrag von gestern")}, "c"},
		"not in the middle":          {[]layout.Page{layouttest.Page("Vertragsende Berechnung Abrechnung")}, ""},
		"two words":                  {[]layout.Page{layouttest.Page("this credit", "note"), layouttest.Page("Crédit note")}, "i"},
		"words apart":                {[]layout.Page{layouttest.Page("this credit", "note")}, ""},
		"title at the beginning":     {[]layout.Page{layouttest.Page("ORDER 4711 of the fifth of May")}, "o"},
		"title at the end":           {[]layout.Page{layouttest.Page("Acme Ltd, London, orden de compra")}, "o"},
		"reference within a line":    {[]layout.Page{layouttest.Page("Account 12 Order # 4711")}, ""},
		"title too far down":         {[]layout.Page{layouttest.Page(append(filler, "ORDER")...)}, ""},
		"title on a later page":      {[]layout.Page{layouttest.Page("one"), layouttest.Page("ORDER")}, ""},
		"heading on a later page":    {[]layout.Page{layouttest.Page("one"), layouttest.Page("Rechnung Nr. 12")}, "i"},
		"mentioned on a later page":  {[]layout.Page{layouttest.Page("one"), layouttest.Page("Rechnungen sind binnen zehn Tagen zu bezahlen")}, ""},
		"inside a later page's line": {[]layout.Page{layouttest.Page("one"), layouttest.Page("Ihre Rechnung")}, ""},
	} {
		b := newBag(n)
		b.read(&layout.Document{Pages: tc.pages})
		got := ""
		for i, called := range b.called {
			if called {
				got += n.types[i][:1]
			}
		}
		if got != tc.want {
			t.Errorf("%s: called %q, want %q", name, got, tc.want)
		}
	}
}

func TestOnlyTypesWithNamesDemandOne(t *testing.T) {
	n, err := compileNames(map[string]Names{"invoice": {Anywhere: []string{"invoice"}}})
	if err != nil {
		t.Fatal(err)
	}
	labels, scores := []string{"invoice", "letter", Unknown}, []float64{3, -1, -2}
	for _, called := range []bool{true, false} {
		a := answer{logits: scores, uncalled: n.uncalled([]bool{called}, labels)}
		if got := weigh(a, labels, 0.3).answer(0.5, noFloor); (got == "invoice") != called {
			t.Errorf("called %t: the answer is %s", called, got)
		}
	}
	a := answer{logits: []float64{-1, 3, -2}, uncalled: n.uncalled([]bool{false}, labels)}
	if got := weigh(a, labels, 0.3).answer(0.5, noFloor); got != "letter" {
		t.Errorf("a type without names: the answer is %s", got)
	}
}
