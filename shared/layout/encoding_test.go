package layout_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/gzip"

	"github.com/millrace/millrace/shared/layout"
)

func pack(t testing.TB, text string) []byte {
	t.Helper()
	var out bytes.Buffer
	zw := gzip.NewWriter(&out)
	if _, err := zw.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := zw.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// decode decodes an encoded document, and holds DecodeText to what comes out.
func decode(t testing.TB, content []byte) (*layout.Document, error) {
	t.Helper()
	d, err := layout.Decode(bytes.NewReader(content))
	language, text, textErr := layout.DecodeText(bytes.NewReader(content))
	if err != nil || textErr != nil {
		if fmt.Sprint(err) != fmt.Sprint(textErr) {
			t.Errorf("Decode says %v, DecodeText %v", err, textErr)
		}
		return d, err
	}
	if diff := cmp.Diff([]string{d.Language, d.Text()}, []string{language, text}); diff != "" {
		t.Errorf("DecodeText gives another text than Decode:\n%s", diff)
	}
	return d, nil
}

// word returns a document of one word.
func word(w layout.Word) *layout.Document {
	line := layout.Line{Box: w.Box, Words: []layout.Word{w}}
	return &layout.Document{Engine: "test", Outcome: layout.Complete, Pages: []layout.Page{{
		Number: 1, Width: 595.28, Height: 841.89, Rotation: 90,
		Blocks: []layout.Block{{Box: w.Box, Lines: []layout.Line{line}}},
	}}}
}

func TestWordsSurviveEncoding(t *testing.T) {
	tests := []struct {
		name     string
		in, want layout.Word
	}{
		{"plain", layout.Word{Text: "a", Box: layout.Box{1, 2, 3, 4}, Size: 9.5, Bold: true}, layout.Word{Text: "a", Box: layout.Box{1, 2, 3, 4}, Size: 9.5, Bold: true}},
		{"bold without a size", layout.Word{Text: "a", Box: layout.Box{1, 2, 3, 4}, Bold: true}, layout.Word{Text: "a", Box: layout.Box{1, 2, 3, 4}, Bold: true}},
		{"escapes", layout.Word{Text: "\"\\\n\x01\u2028<&", Box: layout.Box{1, 2, 3, 4}}, layout.Word{Text: "\"\\\n\x01\u2028<&", Box: layout.Box{1, 2, 3, 4}}},
		{"invalid UTF-8", layout.Word{Text: "a\xffb", Box: layout.Box{1, 2, 3, 4}}, layout.Word{Text: "a\ufffdb", Box: layout.Box{1, 2, 3, 4}}},
		{"rounded", layout.Word{Text: "a", Box: layout.Box{-0.004, -1.005, 0.126, 123456.789}}, layout.Word{Text: "a", Box: layout.Box{0, -1, 0.13, 123456.79}}},
		{"no numbers", layout.Word{Text: "a", Box: layout.Box{math.NaN(), math.Inf(1), math.Inf(-1), 1e300}, Size: 1}, layout.Word{Text: "a", Size: 1}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			encoded, err := layout.Encode(word(tt.in))
			if err != nil {
				t.Fatal(err)
			}
			zr, err := gzip.NewReader(bytes.NewReader(encoded))
			if err != nil {
				t.Fatal(err)
			}
			raw, err := io.ReadAll(zr)
			if err != nil || !json.Valid(raw) {
				t.Fatalf("not JSON (%v): %s", err, raw)
			}
			got, err := decode(t, encoded)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(word(tt.want), got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestWhatStandsBesideTheTextSurvivesEncoding(t *testing.T) {
	want := word(layout.Word{Text: "a", Box: layout.Box{1, 2, 3, 4}, Size: 9})
	want.Attachments = []layout.Attachment{{Name: "invoice.xml", MediaType: "text/xml", Content: []byte("<Invoice>\x00\xff</Invoice>")}}
	want.Form = []layout.FormField{{Name: "a.b", Label: "B", Value: "17", Page: 1, Box: layout.Box{1, 2, 3, 4}}}
	want.Outline = []layout.Heading{{Title: "1 \"Start\"", Page: 1, Items: []layout.Heading{{Title: "1.1"}}}, {Title: "2", Page: 1}}
	want.Annotations = []layout.Annotation{
		{Kind: "link", URI: "https://example.org/", Page: 1, Box: layout.Box{1, 2, 3, 4}},
		{Kind: "text", Contents: "check", Author: "Ada", Target: 1, Page: 1},
	}
	want.Pages[0].Label = "iv \"\x01"
	encoded, err := layout.Encode(want)
	if err != nil {
		t.Fatal(err)
	}
	got, err := decode(t, encoded)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestDecodePassesOverWhatItDoesNotKnow(t *testing.T) {
	const text = ` { "later" : {"a":[1,"]",{"b":null}]}, "engine":"x", "outcome":"complete", "pages":[
		{"n":1,"later":"}","w":1.5,"h":2e1,"blocks":[[[["w",1,2,3,4.25,10,0,"later"]]]]} ] } `
	got, err := decode(t, pack(t, text))
	if err != nil {
		t.Fatal(err)
	}
	box := layout.Box{1, 2, 3, 4.25}
	want := &layout.Document{Engine: "x", Outcome: layout.Complete, Pages: []layout.Page{{
		Number: 1, Width: 1.5, Height: 20,
		Blocks: []layout.Block{{Box: box, Lines: []layout.Line{{Box: box, Words: []layout.Word{{Text: "w", Box: box, Size: 10}}}}}},
	}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestDecodeRefusesWhatIsNoLayout(t *testing.T) {
	for _, text := range []string{
		"", "{", "[]", `{"pages":1}`, `{"pages":[{"blocks":[[[["w",1,2]]]]}]}`, `{"pages":[{"n":"x"}]}`, `{}{}`, `{"engine":1}`,
		`{"pages":[{"blocks":[[[["w",1,2,3,-]]]]}]}`, `{"a":` + strings.Repeat("[", 1e5), `{"a":"` + "\n" + `"}`, `{"a" 1}`, `{"pages":[]`,
	} {
		if _, err := decode(t, pack(t, text)); err == nil {
			t.Errorf("decoded %.60q", text)
		}
	}
}

// The quick way for usual words must not be seen: white space between the same values leads past it.
func TestWordsReadAlikeWithAndWithoutWhiteSpace(t *testing.T) {
	for _, word := range []string{
		`["w",1,2,3,4]`, `["w",1,2,3,4,5]`, `["w",1.5,2.25,3,4,5.75,1]`, `["",0,0,0,0,0,1]`, `["w",1,2,3,4,5,0]`, `["w",-1,2,3,4]`,
		`["w",1,2,3,4,-5,1]`, `["w",1,2,3]`, `["w",1,2,3,4,5,1,"later"]`, `["w",1e2,2,3,4]`, `["w",1.,2,3,4]`, `["w",.5,2,3,4]`,
		`["w",1.125,2,3,4]`, `["w",01,2,3,4]`, `["w",1,2,3,4,5,1.0]`, `["w",1,2,3,4,5,10]`, `["w",1,2,3,4,5,]`, `["w",,2,3,4]`, `["a\"b",1,2,3,4]`,
		`["\u00e9",1,2,3,4]`, `["é\\",1,2,3,4]`, "[\"\t\",1,2,3,4]", `["w",123456789012.12,2,3,4]`, `["w",12345678901234567890,2,3,4]`,
		`["w",true,2,3,4]`, `[1,1,2,3,4]`, `["w"]`, `[]`, `["w",1,2,3,4,5,1`, `["w",1,2,3,4`, `["w`, `["w",1,2,3,4}`,
	} {
		read := func(word string) (*layout.Document, error) {
			return decode(t, pack(t, `{"pages":[{"blocks":[[[`+word+`,["next",1,2,3,4]]]]}]}`))
		}
		got, err := read(word)
		want, wantErr := read(" [ " + word[1:])
		if diff := cmp.Diff(want, got); diff != "" || (err == nil) != (wantErr == nil) {
			t.Errorf("%s: %v, with white space %v\n%s", word, err, wantErr, diff)
		}
	}
}

func FuzzDecode(f *testing.F) {
	encoded, err := layout.Encode(document("Grüße <&> 你好", "a b"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(encoded)
	f.Add(pack(f, `{"engine":"x","pages":[{"n":1,"blocks":[[[["w",1,2,3,4.25,10,0,"later"]]]]}]}`))
	f.Fuzz(func(t *testing.T, content []byte) {
		d, err := decode(t, content)
		if err != nil {
			return
		}
		again, err := layout.Encode(d)
		if err != nil {
			t.Fatalf("what was decoded cannot be encoded: %v", err)
		}
		if _, err := decode(t, again); err != nil {
			t.Fatalf("what was encoded cannot be decoded: %v", err)
		}
	})
}
