package pdf_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/millrace/millrace/shared/fault"
	"github.com/millrace/millrace/shared/pdf"
	"github.com/millrace/millrace/shared/sandbox"
)

// crossStream makes a file of objects (bodies from number 1 on, "" for one that is not there) whose cross references are a stream:
// packed says which object stream an object is in.
func crossStream(objects []string, packed map[int]int) []byte {
	var b bytes.Buffer
	b.WriteString("%PDF-1.5\n%" + strings.Repeat("-", 200) + "\n") // very short files are repaired unseen
	table := []byte{0, 0, 0, 0}
	for i, body := range objects {
		at := b.Len()
		switch stream := packed[i+1]; {
		case stream > 0:
			table = append(table, 2, 0, byte(stream), 0)
		default:
			table = append(table, 1, byte(at>>8), byte(at), 0)
		}
		if body != "" {
			fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, body)
		}
	}
	at, n := b.Len(), len(objects)+1
	table = append(table, 1, byte(at>>8), byte(at), 0)
	fmt.Fprintf(&b, "%d 0 obj\n<< /Type /XRef /Size %d /W [1 2 1] /Root 1 0 R /Length %d >>\nstream\n%s\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n", n, n+1, len(table), table, at)
	return b.Bytes()
}

// TestDefectsOfTheObjectReaderEndTheChildAlone has the smallest files that show the defects which no repair steps around; ADR 0003 has
// the others.
func TestDefectsOfTheObjectReaderEndTheChildAlone(t *testing.T) {
	pool, err := sandbox.New(sandbox.Config{Children: 1, Engine: "glyph", Limits: sandbox.Limits{Limits: pdf.Limits{Time: 500 * time.Millisecond}, Rescue: -1}})
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	hex := "1 0 <41"
	tests := []struct {
		name, kind string
		content    []byte
	}{
		{"an object that stands in itself", pdf.KindCrashed, crossStream([]string{""}, map[int]int{1: 1})},
		{"a hex string without an end in an object stream", pdf.KindTimeout,
			crossStream([]string{"", fmt.Sprintf("<< /Type /ObjStm /N 1 /First 4 /Length %d >>\nstream\n%s\nendstream", len(hex), hex)}, map[int]int{1: 2})},
	}
	for _, tt := range tests {
		if _, err := pool.Read(t.Context(), tt.content); fault.KindOf(err) != tt.kind {
			t.Errorf("%s: %v, want %s", tt.name, err, tt.kind)
		}
	}
	if _, err := pool.Read(t.Context(), newFile().page(at(50, 700, "next"), "").bytes()); err != nil {
		t.Errorf("the next document: %v", err)
	}
}
