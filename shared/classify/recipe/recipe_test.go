package recipe_test

import (
	"testing"

	"github.com/millrace/millrace/shared/classify"
	"github.com/millrace/millrace/shared/classify/recipe"
)

func count(examples []classify.Example, label string) (n int) {
	for _, e := range examples {
		if e.Label == label {
			n++
		}
	}
	return n
}

func TestWithoutLeavesATypeOutEverywhereAndTheSetAsItIs(t *testing.T) {
	set, err := recipe.Make(t.Context(), recipe.Config{Seed: 1, Texts: 3, PDFs: 8})
	if err != nil {
		t.Fatal(err)
	}
	all, invoices := len(set.Train), count(set.Train, "invoice")
	if invoices == 0 || len(set.Splits) < 2 {
		t.Fatalf("%d invoices, %d splits", invoices, len(set.Splits))
	}
	if len(set.Names["invoice"].Anywhere) == 0 || len(set.Names["purchase_order"].Title) == 0 {
		t.Fatalf("the types have no names: %v", set.Names)
	}
	rest := set.Without("invoice")
	if _, named := rest.Names["invoice"]; named || len(rest.Names)+1 != len(set.Names) {
		t.Errorf("the names of %d types are left of %d, invoices' among them: %t", len(rest.Names), len(set.Names), named)
	}
	left := count(rest.Train, "invoice") + count(rest.Test, "invoice")
	for _, s := range rest.Splits {
		left += count(s.Train, "invoice") + count(s.Test, "invoice")
	}
	if left != 0 || len(rest.Train) != all-invoices || len(rest.Splits) != len(set.Splits) {
		t.Errorf("%d invoices are left, %d training documents of %d, %d splits", left, len(rest.Train), all, len(rest.Splits))
	}
	if len(set.Train) != all || count(set.Train, "invoice") != invoices {
		t.Error("the set lost documents of its own")
	}
	if got := set.Without(""); len(got.Train) != all {
		t.Errorf("%d documents without nothing, want %d", len(got.Train), all)
	}
}
