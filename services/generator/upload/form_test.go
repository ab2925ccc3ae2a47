package upload_test

import (
	"bytes"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"

	"github.com/millrace/millrace/shared/blob"
)

// form returns a multipart body of files, given as name and content in turn.
func form(t *testing.T, files ...string) (body io.Reader, contentType string) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	err := w.WriteField("note", "not a file")
	for i := 0; i < len(files); i += 2 {
		part, partErr := w.CreateFormFile("file", files[i])
		if partErr != nil {
			t.Fatal(partErr)
		}
		_, writeErr := io.WriteString(part, files[i+1])
		err = errors.Join(err, writeErr)
	}
	if err = errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	return &b, w.FormDataContentType()
}

func TestForms(t *testing.T) {
	big := pdf + strings.Repeat("x", 10_000)
	tests := []struct {
		name   string
		files  []string
		status int
		kinds  []string // of each document in the answer; "" where it was taken in
	}{
		{"one file", []string{"a.pdf", pdf}, 202, []string{""}},
		{"the same file twice", []string{"a.pdf", pdf, "a.pdf", pdf}, 202, []string{"", ""}},
		{"a bad one among good ones", []string{"a.pdf", pdf, "b.pdf", "text", "c.pdf", pdf + "c"}, 415, []string{"", "not_a_pdf", ""}},
		{"an empty one", []string{"a.pdf", "", "b.pdf", pdf}, 422, []string{"empty", ""}},
		{"one that is too large ends it", []string{"a.pdf", pdf, "b.pdf", big, "c.pdf", pdf}, 413, []string{"", "too_large"}},
		{"no file", nil, 400, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := open(t, "")
			body, contentType := form(t, tt.files...)
			r := c.send(http.MethodPost, "/documents", body, "Content-Type", contentType)
			if r.status != tt.status || len(r.Documents) != len(tt.kinds) || (r.Error == nil) != (tt.status == 202) {
				t.Fatalf("answer %+v, want %d with %d documents", r, tt.status, len(tt.kinds))
			}
			arrivals := map[string]bool{}
			for i, got := range r.Documents {
				if got.Name != tt.files[2*i] {
					t.Errorf("document %d is named %q", i, got.Name)
				}
				switch {
				case tt.kinds[i] == "" && (got.Error != nil || got.ArrivalID == "" || got.DocumentID != blob.RefOf([]byte(tt.files[2*i+1])).Hex()):
					t.Errorf("document %d: %+v, want it taken in", i, got)
				case tt.kinds[i] != "" && (got.Error == nil || got.Error.Kind != tt.kinds[i] || got.ArrivalID != ""):
					t.Errorf("document %d: %+v, want %s", i, got, tt.kinds[i])
				}
				if got.ArrivalID != "" {
					arrivals[got.ArrivalID] = true
				}
			}
			if len(arrivals) != len(c.sent) {
				t.Errorf("%d arrivals answered, %d announced", len(arrivals), len(c.sent))
			}
		})
	}
}
