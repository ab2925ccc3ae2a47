package main

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/millrace/millrace/shared/classify"
	"github.com/millrace/millrace/shared/classify/recipe"
	"github.com/millrace/millrace/shared/synthetic"
	"github.com/millrace/millrace/shared/testkit"
)

// folder writes documents and an answer key as eval expects them.
func folder(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "_gold", "dev"), 0o750); err != nil {
		t.Fatal(err)
	}
	src, err := synthetic.New(synthetic.Config{Seed: 77, Kinds: []string{"invoice"}})
	if err != nil {
		t.Fatal(err)
	}
	d, err := src.At(0)
	if err != nil {
		t.Fatal(err)
	}
	key := "path,label,source\n\"one, two.pdf\",invoice,made\nbroken.pdf,invoice,made\n"
	for name, content := range map[string][]byte{
		"one, two.pdf": d.PDF, "broken.pdf": []byte("no PDF"), "_gold/dev/doctype_labels.csv": []byte(key),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestEvalReportsScoresAndUnreadFiles(t *testing.T) {
	var out strings.Builder
	if err := run(t.Context(), []string{"--data", folder(t), "--errors"}, &out); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"2 documents, 1 without readable text", "documents 1  accuracy 1.000", "unread  broken.pdf"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the report lacks %q:\n%s", want, out.String())
		}
	}
}

// The model is never shown invoices, so it may call one anything else.
func TestLeftOutTypesAreNeverAnswered(t *testing.T) {
	dir := folder(t)
	docs, err := readLabels(filepath.Join(dir, "_gold", "dev", "doctype_labels.csv"))
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	tally, err := leaveOut(t.Context(), recipe.Config{Seed: 1, Texts: 3, PDFs: 4}, dir, docs, &out)
	if err != nil {
		t.Fatal(err)
	}
	ev := tally.Evaluate()
	if ev.Documents != 1 || ev.Confusion["invoice"]["invoice"] != 0 {
		t.Errorf("%d documents, called %v", ev.Documents, ev.Confusion)
	}
	if !strings.Contains(out.String(), " of   1") || !strings.Contains(out.String(), "all: ") {
		t.Errorf("the report lacks figures:\n%s", out.String())
	}
}

func TestEvalRefusesFoldersWithoutAnswerKey(t *testing.T) {
	for _, args := range [][]string{{}, {"--data", t.TempDir()}, {"--data", folder(t), "--model", "absent.model"}, {"--data", folder(t), "--model", "x", "--left-out"}} {
		if err := run(t.Context(), args, io.Discard); err == nil {
			t.Errorf("%v was accepted", args)
		}
	}
}

// The model learns from made documents only; this is how it does on real ones. The floor is below the figure at the time of
// writing, so that it tells a break from a change in the parser.
func TestEvalRealDocuments(t *testing.T) {
	dir := testkit.Data(t)
	model, err := classify.Default()
	if err != nil {
		t.Fatal(err)
	}
	docs, err := readLabels(filepath.Join(dir, "_gold", "dev", "doctype_labels.csv"))
	if err != nil {
		t.Skipf("no answer key: %v", err)
	}
	var out strings.Builder
	score, err := measure(t.Context(), model, dir, docs, &out, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	t.Log(out.String())
	if score.MacroF1 < 0.85 {
		t.Errorf("macro-F1 on real documents is %.3f, abstentions counted as errors", score.MacroF1)
	}
}
