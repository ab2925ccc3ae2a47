package pdf_test

import (
	"encoding/binary"
	"fmt"
	"testing"
)

// embedded returns a document that shows the codes of text in an embedded font program.
func embedded(entries, program, text string) []byte {
	f := newFile()
	n := f.stream(entries, program)
	key := "FontFile"
	if entries != "" {
		key = "FontFile3"
	}
	d := f.add(fmt.Sprintf("<< /Type /FontDescriptor /FontName /ABCDEF+CMMI10 /Flags 4 /%s %d 0 R >>", key, n))
	font := f.add(fmt.Sprintf("<< /Type /Font /Subtype /Type1 /BaseFont /ABCDEF+CMMI10 /FontDescriptor %d 0 R >>", d))
	f.page("BT /F2 10 Tf 50 700 Td ("+text+") Tj ET", fmt.Sprintf("/Resources << /Font << /F2 %d 0 R >> >>", font))
	return f.bytes()
}

// indexOf makes an INDEX of the Compact Font Format.
func indexOf(items ...string) string {
	out := binary.BigEndian.AppendUint16(nil, uint16(len(items)))
	if len(items) == 0 {
		return string(out)
	}
	out = append(out, 1, 1)
	end := 1
	data := ""
	for _, s := range items {
		end += len(s)
		out = append(out, byte(end))
		data += s
	}
	return string(out) + data
}

// compact makes a font program of three glyphs, whose names are numbers of strings: 391 is "ff".
func compact(encoding, charset string) string {
	top := func(encodingAt, charsetAt, glyphsAt int) string {
		number := func(n, operator int) string { return string([]byte{28, byte(n >> 8), byte(n), byte(operator)}) }
		return "\x1e\x12\x3f\x05" + number(charsetAt, 15) + number(encodingAt, 16) + number(glyphsAt, 17) // a real number before
	}
	head := func(a, b, c int) string {
		return "\x01\x00\x04\x01" + indexOf("F") + indexOf(top(a, b, c)) + indexOf("ff") + indexOf()
	}
	at := len(head(0, 0, 0))
	return head(at, at+len(encoding), at+len(encoding)+len(charset)) + encoding + charset + indexOf("\x0e", "\x0e", "\x0e", "\x0e")
}

func TestCodesThatAnEmbeddedProgramNames(t *testing.T) {
	// Glyphs 1 to 3 are ff (391), period (15) and aacute (200).
	ascending := "\x00\x01\x87\x00\x0f\x00\xc8"
	tests := []struct{ name, entries, program, text, want string }{
		{"Type 1", "", "%!PS\n/Encoding 256 array\n0 1 255 {1 index exch /.notdef put} for\ndup 58 /period put\ndup 11 /ff put\nreadonly def\ncurrentfile eexec dup 48 /one put", "0:8\\013", "0.8ff"},
		{"Type 1 in the standard encoding", "", "/Encoding StandardEncoding def dup 58 /period put eexec", "0:8", "0:8"},
		{"compact", "/Subtype /Type1C", compact("\x00\x03:;<", ascending), "di:erent;<", "different.á"},
		{"compact, by ranges and a supplement", "/Subtype /Type1C", compact("\x81\x01:\x02\x01z\x01\x87", "\x01\x01\x87\x00\x00\x0f\x00\x00\xc8\x00"), ":;<z", "ff.áff"},
		{"compact, cut off", "/Subtype /Type1C", compact("\x00\x03:;<", ascending)[:20], "0:8", "0:8"},
		{"compact, with a range beyond the end", "/Subtype /Type1C", compact("\x00\xff:;<", ascending), "a:", "aff"},
		{"nothing", "/Subtype /Type1C", "", "0:8", "0:8"},
	}
	for _, tt := range tests {
		if got := readText(t, embedded(tt.entries, tt.program, tt.text)); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestAFormThatDrawsItselfIsDrawnOnce(t *testing.T) {
	f := newFile()
	n := len(f.objects) + 1
	f.stream(fmt.Sprintf("/Type /XObject /Subtype /Form /BBox [0 0 600 800] /Resources << /Font << /F1 3 0 R >> /XObject << /Me %d 0 R >> >>", n), "1 0 0 1 0 -50 cm /Me Do "+at(50, 700, "once"))
	f.page("/Me Do", fmt.Sprintf("/Resources << /XObject << /Me %d 0 R >> >>", n))
	if got := readText(t, f.bytes()); got != "once" {
		t.Errorf("text is %q", got)
	}
}

func FuzzFontProgram(f *testing.F) {
	f.Add("/Subtype /Type1C", compact("\x00\x03:;<", "\x00\x01\x87\x00\x0f\x00\xc8"))
	f.Add("", "/Encoding 256 array dup 58 /period put eexec")
	f.Fuzz(func(t *testing.T, entries, program string) {
		fuzzed(t, embedded(entries, program, "0:8;<"))
	})
}
