package training_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/millrace/millrace/shared/classify"
	"github.com/millrace/millrace/shared/classify/recipe"
	"github.com/millrace/millrace/shared/classify/training"
	"github.com/millrace/millrace/shared/layout"
	"github.com/millrace/millrace/shared/layout/layouttest"
)

// small is a recipe that is quick to learn from.
func small() recipe.Config { return recipe.Config{Seed: 1, Texts: 24, PDFs: 40} }

// deliveryNote is number i of a sender whose paper always looks the same.
func deliveryNote(i int) *layout.Document {
	goods := []string{"Eichenbrett gehobelt", "Schraubensatz verzinkt", "Holzleim wasserfest", "Schleifpapier grob", "Türband Messing", "Kantholz Fichte", "Dübel Buche"}
	customers := []string{"Schreinerei Huber", "Möbelwerk Ost", "Küchen Brandl", "Zimmerei Vogt", "Treppenbau Lang"}
	lines := []string{
		"Holzhandel Nordwald GmbH", "Sägewerkstraße 4, 94151 Mauth", "Lieferschein",
		fmt.Sprintf("Lieferschein-Nr. LS-%05d", 48211+37*i), fmt.Sprintf("Lieferdatum %02d.%02d.2025", 1+i%28, 1+i%12), "Empfänger " + customers[i%len(customers)],
		"Pos. Artikel Menge Einheit Gewicht kg",
	}
	for n := range 2 + i%4 {
		lines = append(lines, fmt.Sprintf("%d %s %d Stück %d,%d", n+1, goods[(i+n)%len(goods)], 3+i*n, 2+n, i%10))
	}
	return layouttest.Document(append(lines, "Ware vollständig und unbeschädigt erhalten", "Unterschrift des Empfängers", "Fahrer und Kennzeichen",
		"Die Ware bleibt bis zur vollständigen Bezahlung unser Eigentum.")...)
}

func deliveryNotes(label string, from, to int) []training.Document {
	var out []training.Document
	for i := from; i < to; i++ {
		out = append(out, training.Document{Name: fmt.Sprint("note ", i), Label: label, Layout: deliveryNote(i)})
	}
	return out
}

func run(t *testing.T, docs []training.Document, cfg training.Config) (*classify.Model, training.Report) {
	t.Helper()
	cfg.Name, cfg.Seed = "trained", 1
	m, r, err := training.Run(t.Context(), docs, cfg)
	if err != nil {
		t.Fatal(err)
	}
	return m, r
}

func score(m *classify.Model, examples []classify.Example) classify.Evaluation {
	tally := classify.NewTally()
	for _, e := range examples {
		tally.Add(e.Label, m.Classify(e.Document).Class.Label)
	}
	return tally.Evaluate()
}

// Five documents stand beside hundreds of made ones. The rest of their template is recognised afterwards, whether the type is
// new or one that made documents have too, and the other types fare no worse.
func TestAHandfulOfDocumentsMatters(t *testing.T) {
	set, err := recipe.Make(t.Context(), small())
	if err != nil {
		t.Fatal(err)
	}
	base, _, err := classify.Train(set.Train, set.Splits, classify.TrainConfig{Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	before := score(base, set.Test)
	for _, label := range []string{"delivery_note", "bank_statement"} {
		t.Run(label, func(t *testing.T) {
			m, r := run(t, deliveryNotes(label, 0, 5), training.Config{Recipe: small(), InUse: base})
			right, was := 0, 0
			for i := 5; i < 30; i++ {
				if m.Classify(deliveryNote(i)).Class.Label == label {
					right++
				}
				if base.Classify(deliveryNote(i)).Class.Label == label {
					was++
				}
			}
			if was != 0 || right < 24 {
				t.Errorf("%d of 25 others of the template are recognised, and %d were before", right, was)
			}
			if after := score(m, set.Test); after.Accuracy < before.Accuracy-0.05 {
				t.Errorf("on documents of the other types accuracy fell from %.3f to %.3f:\n%s", before.Accuracy, after.Accuracy, after)
			}
			if r.HeldBack.Documents != 5 || r.HeldBack.Accuracy < 0.8 || r.InUse.Accuracy != 0 || !r.Better() {
				t.Errorf("held back: %+v; in use: %+v", r.HeldBack, r.InUse)
			}
			fresh := []string{}
			if label == "delivery_note" {
				fresh = append(fresh, label)
			}
			if diff := cmp.Diff(fresh, r.NewLabels); diff != "" || len(r.Few) != 0 || r.Made != len(set.Train) {
				t.Errorf("new types: %s; few: %v; made: %d", diff, r.Few, r.Made)
			}
		})
	}
}

// letters are of another template than the delivery notes.
func letters(label string, n int) []training.Document {
	towns := []string{"Passau", "Regen", "Zwiesel", "Freyung", "Cham"}
	var out []training.Document
	for i := range n {
		out = append(out, training.Document{Name: fmt.Sprint("letter ", i), Label: label, Layout: layouttest.Document(
			"Kanzlei Moosbauer und Partner", "Rechtsanwälte in "+towns[i%len(towns)], "Sehr geehrte Damen und Herren,",
			fmt.Sprintf("in der Sache %d teilen wir mit, dass der Termin verlegt wurde.", 100+i), "Mit freundlichen Grüßen", "Moosbauer")})
	}
	return out
}

func TestTheUsersDocumentsAloneGiveTheSameModelEachTime(t *testing.T) {
	docs := append(deliveryNotes("delivery_note", 0, 8), letters("letter", 8)...)
	first, r := run(t, docs, training.Config{Only: true})
	second, again := run(t, docs, training.Config{Only: true})
	a, errA := first.Bytes()
	b, errB := second.Bytes()
	if errors.Join(errA, errB) != nil || !bytes.Equal(a, b) {
		t.Error("the same documents gave another model")
	}
	if diff := cmp.Diff(r, again); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"delivery_note", "letter"}, first.Labels()); diff != "" || r.Made != 0 || r.HeldBack.MacroF1 < 0.9 {
		t.Errorf("%s; %+v", diff, r)
	}
	if !strings.HasPrefix(first.Name(), "trained/1+") || r.Model != first.Name() {
		t.Errorf("the model is called %s, in the report %s", first.Name(), r.Model)
	}
	for _, c := range r.HeldBack.Classes {
		if c.Templates != 1 || c.Documents != 8 {
			t.Errorf("%+v", c)
		}
	}
}

func TestTypesOfTooFewDocuments(t *testing.T) {
	docs := append(append(deliveryNotes("delivery_note", 0, 6), letters("notice", 3)...), training.Document{Name: "one", Label: "letter", Layout: layouttest.Document("Dear Sir or Madam, this is a letter about nothing in particular.")})
	m, r := run(t, docs, training.Config{Recipe: recipe.Config{Seed: 1, Texts: 6}})
	want := []training.Few{{Label: "letter", Documents: 1}, {Label: "notice", Documents: 3, LeftOut: true}}
	if diff := cmp.Diff(want, r.Few); diff != "" {
		t.Error(diff)
	}
	if r.Documents != 7 || r.HeldBack.Documents != 7 || strings.Contains(strings.Join(m.Labels(), " "), "notice") {
		t.Errorf("%d learned, %d held back, types %v", r.Documents, r.HeldBack.Documents, m.Labels())
	}
	if _, _, err := training.Run(t.Context(), letters("notice", 3), training.Config{Only: true}); err == nil || !strings.Contains(err.Error(), "at least 4") {
		t.Errorf("three documents of one type: %v", err)
	}
}

func TestAnInterruptedTrainingEndsAtOnce(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, _, err := training.Run(ctx, append(deliveryNotes("delivery_note", 0, 8), letters("letter", 8)...), training.Config{Only: true})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
