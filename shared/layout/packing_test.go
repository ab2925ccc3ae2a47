package layout_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/millrace/millrace/shared/layout"
)

// The standard library reads both forms; only a layout that is worth it is compressed.
func TestOnlyLargeLayoutsAreCompressed(t *testing.T) {
	for _, tc := range []struct {
		words      int
		compressed bool
	}{{1, false}, {300, false}, {4500, false}, {6000, true}} {
		line := layout.Line{Words: make([]layout.Word, tc.words)}
		for i := range line.Words {
			line.Words[i] = layout.Word{Text: strings.Repeat("x", i%9+1), Box: layout.Box{float64(i), 1, float64(i) + 5, 9}, Size: 8}
		}
		doc := &layout.Document{Engine: "test", Outcome: layout.Complete, Pages: []layout.Page{{Number: 1, Width: 9, Height: 9, Blocks: []layout.Block{{Lines: []layout.Line{line}}}}}}
		encoded, err := layout.Encode(doc)
		if err != nil {
			t.Fatal(err)
		}
		again, err := layout.Encode(doc)
		if err != nil || !bytes.Equal(encoded, again) {
			t.Errorf("%d words are encoded in two ways (%v)", tc.words, err)
		}
		zr, err := gzip.NewReader(bytes.NewReader(encoded))
		if err != nil {
			t.Fatal(err)
		}
		plain, err := io.ReadAll(zr)
		if err != nil {
			t.Fatal(err)
		}
		if compressed := len(encoded) < len(plain); compressed != tc.compressed {
			t.Errorf("%d words: %d bytes for %d", tc.words, len(encoded), len(plain))
		}
		// However it was packed, and whatever size its end claims, it is read.
		var squeezed bytes.Buffer
		zw, _ := gzip.NewWriterLevel(&squeezed, gzip.BestCompression)
		_, _ = zw.Write(plain)
		_ = zw.Close()
		for _, packed := range [][]byte{encoded, squeezed.Bytes()} {
			got, err := layout.Decode(bytes.NewReader(packed))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(doc.Text(), got.Text()); diff != "" {
				t.Error(diff)
			}
			if got, err := layout.Decode(io.MultiReader(bytes.NewReader(packed))); err != nil || got.Text() != doc.Text() {
				t.Errorf("%d words from a stream of unknown size: %v", tc.words, err)
			}
		}
	}
}
