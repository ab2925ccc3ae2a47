package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/millrace/millrace/shared/blob"
	"github.com/millrace/millrace/shared/layout"
	"github.com/millrace/millrace/shared/layoutstore"
	"github.com/millrace/millrace/shared/pdf"
	"github.com/millrace/millrace/shared/postgres"
	"github.com/millrace/millrace/shared/testkit"
)

// corrected stores documents of a kind as read, and as corrected to a class, as the sink does. It returns their files.
func corrected(t *testing.T, pool *postgres.Pool, blobs *blob.Store, kind, class string, n int) []string {
	t.Helper()
	paths, documents := samples(t, n, kind)
	for i, d := range documents {
		doc, err := pdf.Read(t.Context(), d.PDF, pdf.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		encoded, err := layout.Encode(doc)
		if err != nil {
			t.Fatal(err)
		}
		claim, err := layoutstore.Put(t.Context(), blobs, encoded)
		if err != nil {
			t.Fatal(err)
		}
		id := blob.RefOf(d.PDF).Hex()
		_, err = pool.Exec(t.Context(), strings.NewReplacer("@id", id, "@layout", string(claim.Ref), "@class", class, "@key", fmt.Sprint(kind, i)).Replace(`
			insert into millrace.documents (document_id) values ('@id');
			insert into millrace.parses values ('@id', '1', 'p-@key', '2026-01-03', '@layout', 'complete', 'glyph/1', null, 'en', 1, '{}', 9,
				'sha256:@id', 1000, 'application/pdf', 90, 'application/x-layout');
			insert into millrace.corrections (correction_id, event_id, document_id, author, at, class) values
				('k-@key', 'k-@key', '@id', 'anna', '2026-02-01', '@class');
			select millrace.refresh(array['@id'])`))
		if err != nil {
			t.Fatal(err)
		}
	}
	return paths
}

func TestTrainLearnsFromCorrections(t *testing.T) {
	database := testkit.Database(t)
	pool, err := postgres.Open(t.Context(), database)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	folder := "file://" + t.TempDir()
	blobs, err := blob.Open(folder)
	if err != nil {
		t.Fatal(err)
	}
	paths := corrected(t, pool, blobs, "receipt", "travel_expense", 5)
	corrected(t, pool, blobs, "resume", "application", 5)
	env := []string{"MILLRACE_POSTGRES_URL=" + database, "MILLRACE_BLOB_URL=" + folder, "MILLRACE_DATA_DIR=" + t.TempDir()}
	r := run(t, env, "train", "--corrections", "--only", "--json")
	if r.code != ExitOK {
		t.Fatalf("exit code %d, said %q", r.code, r.err)
	}
	got := objects[trained](t, r.out)[0]
	if got.Documents != 10 || strings.Join(got.Labels, " ") != "application travel_expense" {
		t.Errorf("learned %v from %d documents", got.Labels, got.Documents)
	}

	// The file of a corrected document, filed as something else.
	filed := filepath.Join(t.TempDir(), "invoice")
	if err := os.Mkdir(filed, 0o750); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(paths[0], filepath.Join(filed, "again.pdf")); err != nil {
		t.Fatal(err)
	}
	r = run(t, env, "train", "--corrections", "--only", "--folder", filepath.Dir(filed))
	for _, want := range []string{"again.pdf", `"invoice"`, `"travel_expense"`, "a correction of anna"} {
		if r.code != ExitFailed || !strings.Contains(r.err, want) {
			t.Errorf("exit code %d, said %q, want %q in it", r.code, r.err, want)
		}
	}
}
