package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/millrace/millrace/shared/blob"
	"github.com/millrace/millrace/shared/classify"
	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/fault"
	"github.com/millrace/millrace/shared/layout"
	"github.com/millrace/millrace/shared/layout/layouttest"
)

func newClassifier(t *testing.T) *Classifier {
	t.Helper()
	store, err := blob.Open("file://" + t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	model, err := classify.Default()
	if err != nil {
		t.Fatal(err)
	}
	return &Classifier{layouts: store, model: model}
}

// parsed puts a document of the given lines into the store, as the parser does.
func parsed(t *testing.T, c *Classifier, lines ...string) event.Parsed {
	t.Helper()
	content, err := layout.Encode(layouttest.Document(lines...))
	if err != nil {
		t.Fatal(err)
	}
	return put(t, c, content)
}

func put(t *testing.T, c *Classifier, content []byte) event.Parsed {
	t.Helper()
	ref, err := c.layouts.PutBytes(t.Context(), content)
	if err != nil {
		t.Fatal(err)
	}
	return event.Parsed{
		DocumentID: strings.Repeat("ab", 32),
		Layout:     event.Blob{Ref: ref, Size: int64(len(content)), MediaType: layout.MediaType},
	}
}

func TestClassifyAnswersWithTypeConfidenceAndModel(t *testing.T) {
	c := newClassifier(t)
	for _, tc := range []struct {
		want  string
		lines []string
	}{
		{"invoice", []string{
			"Blue Harbour Tools Ltd", "12 Dock Road, Bristol", "INVOICE", "Invoice number: 10442", "Invoice date: 03/04/2025",
			"Due date: 03/05/2025", "Bill to: Maple Foods Ltd", "Description Qty Unit price Amount", "Torque wrench 2 45.00 90.00",
			"Subtotal 90.00", "VAT 20% 18.00", "Total due 108.00", "Please pay within 30 days of the invoice date.",
		}},
		{"resume", []string{
			"Carla Mendes", "carla@example.org", "Work experience", "Software engineer, Delta Systems, 2019 - present",
			"Led a team of five engineers", "Education", "Bachelor of Science in Computer Science, University of Leeds, 2014 - 2018",
			"Skills", "Python, Go, SQL, Docker", "Languages", "English, Portuguese",
		}},
		{"unknown", []string{"xq zzv kpl", "wrt hhg", "mmn bbv ccx"}},
	} {
		in := parsed(t, c, tc.lines...)
		got, err := c.Classify(t.Context(), in)
		if err != nil {
			t.Fatal(err)
		}
		if got.Class.Label != tc.want || got.Class.Confidence < 0.5 || got.Class.Confidence > 1 {
			t.Errorf("got %+v, want %s", got.Class, tc.want)
		}
		if got.DocumentID != in.DocumentID || got.Layout != in.Layout {
			t.Errorf("the answer is about another document: %+v", got)
		}
		if got.Model != c.model.Name() {
			t.Errorf("the answer names the model %q, want %q", got.Model, c.model.Name())
		}
		again, err := c.Classify(t.Context(), in)
		if diff := cmp.Diff(got, again); err != nil || diff != "" {
			t.Errorf("asked again, it answers otherwise: %v\n%s", err, diff)
		}
	}
}

func TestDamagedAndMissingLayoutsArePermanentFaults(t *testing.T) {
	c := newClassifier(t)
	missing := put(t, c, nil)
	missing.Layout.Ref = blob.RefOf([]byte("never stored"))
	for name, tc := range map[string]struct {
		in   event.Parsed
		kind string
	}{
		"not a layout": {put(t, c, []byte("this is no layout")), "layout_damaged"},
		"missing":      {missing, "blob_missing"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := c.Classify(t.Context(), tc.in)
			if fault.ClassOf(err) != fault.ClassPermanent || fault.KindOf(err) != tc.kind {
				t.Errorf("got %v (%v, %q), want a permanent %q", err, fault.ClassOf(err), fault.KindOf(err), tc.kind)
			}
		})
	}
}

func TestStoreAwayIsDependencyDown(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "blobs")
	store, err := blob.Open("file://" + dir)
	if err != nil {
		t.Fatal(err)
	}
	c := newClassifier(t)
	in := parsed(t, c, "Invoice")
	c.layouts = store
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Classify(context.Background(), in); fault.ClassOf(err) != fault.ClassDependencyDown {
		t.Errorf("got %v, want a dependency-down fault", err)
	}
}
