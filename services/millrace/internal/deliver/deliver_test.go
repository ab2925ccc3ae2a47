package deliver_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/millrace/millrace/services/millrace/internal/deliver"
	"github.com/millrace/millrace/shared/blob"
	"github.com/millrace/millrace/shared/fault"
)

var pdf = []byte("%PDF-1.7\nnot much of one")

func names(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, e := range entries {
		out = append(out, e.Name())
	}
	return out
}

func TestPutAppearsWholeAndReplacesNothing(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "inbox")
	inbox, err := deliver.OpenInbox(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"a b ü.pdf", "a b ü-2.pdf", "a b ü-3.pdf"} {
		d, err := inbox.Put(t.Context(), "some/where/a b ü.pdf", bytes.NewReader(pdf))
		if err != nil {
			t.Fatal(err)
		}
		if d.Name != want || d.DocumentID != blob.RefOf(pdf).Hex() {
			t.Errorf("delivered %+v, want name %s", d, want)
		}
	}
	got, err := os.ReadFile(filepath.Join(dir, "a b ü.pdf"))
	if err != nil || !bytes.Equal(got, pdf) {
		t.Errorf("content = %q, %v", got, err)
	}
	if diff := cmp.Diff([]string{"a b ü-2.pdf", "a b ü-3.pdf", "a b ü.pdf"}, names(t, dir)); diff != "" {
		t.Errorf("the inbox holds (-want +got):\n%s", diff)
	}
}

func TestNamesAreNeverHidden(t *testing.T) {
	dir := t.TempDir()
	inbox, err := deliver.OpenInbox(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{".hidden.pdf", "-", "..", "/"} {
		d, err := inbox.Put(t.Context(), name, bytes.NewReader(pdf))
		if err != nil || strings.HasPrefix(d.Name, ".") {
			t.Errorf("Put(%q) = %+v, %v", name, d, err)
		}
	}
}

func TestWhatIsNoDocumentIsRefusedAtOnce(t *testing.T) {
	dir := t.TempDir()
	inbox, err := deliver.OpenInbox(dir)
	if err != nil {
		t.Fatal(err)
	}
	for content, kind := range map[string]string{"": deliver.KindEmpty, "hello": deliver.KindNotPDF} {
		if _, err := inbox.Put(t.Context(), "x.pdf", strings.NewReader(content)); fault.KindOf(err) != kind {
			t.Errorf("%q: %v, want kind %s", content, err, kind)
		}
	}
	if left := names(t, dir); len(left) > 0 {
		t.Errorf("the inbox holds %v", left)
	}
}

func TestAnInterruptedPutLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	inbox, err := deliver.OpenInbox(dir)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := inbox.Put(ctx, "x.pdf", bytes.NewReader(pdf)); err == nil {
		t.Error("an interrupted Put succeeded")
	}
	if left := names(t, dir); len(left) > 0 {
		t.Errorf("the inbox holds %v", left)
	}
}

func TestOpenSaysWhatIsWrong(t *testing.T) {
	dir := t.TempDir()
	locked := filepath.Join(dir, "locked.pdf")
	if err := os.WriteFile(locked, pdf, 0o000); err != nil {
		t.Fatal(err)
	}
	tests := map[string]string{filepath.Join(dir, "absent.pdf"): deliver.KindMissing, dir: deliver.KindNotAFile}
	if os.Geteuid() != 0 { // root may read everything
		tests[locked] = deliver.KindNoPermission
	}
	for path, kind := range tests {
		if _, err := deliver.Open(path); fault.KindOf(err) != kind {
			t.Errorf("Open(%s) = %v, want kind %s", path, err, kind)
		}
	}
}

func TestFilesFindsTheDocumentsOfAFolder(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"b.pdf", "a.PDF", "notes.csv", "sub/c.pdf"} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, pdf, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	got, err := deliver.Files([]string{"-", dir, "absent.pdf"})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"-", filepath.Join(dir, "a.PDF"), filepath.Join(dir, "b.pdf"), filepath.Join(dir, "sub/c.pdf"), "absent.pdf"}
	if !slices.Equal(got, want) {
		t.Errorf("files = %v, want %v", got, want)
	}
}

func TestUpload(t *testing.T) {
	tests := []struct {
		name      string
		status    int
		answer    string
		permanent string // kind of the fault; empty with says: any other error
		says      string
	}{
		{"accepted", 202, `{"document_id":"d1","arrival_id":"a1","name":"a b.pdf"}`, "", ""},
		{"refused", 415, `{"error":{"kind":"not_a_pdf","message":"no PDF"}}`, "not_a_pdf", "no PDF"},
		{"down", 503, `{"error":{"kind":"unavailable","message":"send it again"}}`, "", "send it again"},
		{"not a generator", 200, `<html>`, "", "is not a generator's"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				body, _ := io.ReadAll(r.Body)
				if r.URL.Path != "/documents" || r.Header.Get("X-Filename") != "a%20b.pdf" || r.Header.Get("Authorization") != "Bearer t" || !bytes.Equal(body, pdf) {
					t.Errorf("request %s %v %q", r.URL.Path, r.Header, body)
				}
				w.WriteHeader(tt.status)
				_, _ = io.WriteString(w, tt.answer)
			}))
			defer server.Close()
			u, err := deliver.OpenUpload(server.URL, "t")
			if err != nil {
				t.Fatal(err)
			}
			d, err := u.Put(t.Context(), "a b.pdf", bytes.NewReader(pdf))
			if tt.says == "" {
				if err != nil || d != (deliver.Delivered{Name: "a b.pdf", DocumentID: "d1", ArrivalID: "a1"}) {
					t.Errorf("Put = %+v, %v", d, err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), tt.says) || fault.KindOf(err) != tt.permanent {
				t.Errorf("Put = %v (kind %q)", err, fault.KindOf(err))
			}
		})
	}
}
