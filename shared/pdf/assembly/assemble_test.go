package assembly_test

import (
	"encoding/binary"
	"math"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/millrace/millrace/shared/layout"
	"github.com/millrace/millrace/shared/pdf/assembly"
)

// set sets text at a point, 10 points high, each character 5 points wide.
func set(x, y float64, text string) []assembly.Glyph {
	var out []assembly.Glyph
	space := false
	for _, r := range text {
		if r == ' ' {
			space = true
		} else {
			out = append(out, assembly.Glyph{Text: string(r), X: x, Y: y, DX: 5, Size: 10, Ascent: 7.5, Descent: 2.5, Space: 5, AfterSpace: space})
			space = false
		}
		x += 5
	}
	return out
}

func textOf(blocks []layout.Block) string {
	page := layout.Page{Blocks: blocks}
	return strings.TrimSpace(page.Text())
}

func TestBlocksAreInReadingOrder(t *testing.T) {
	var page []assembly.Glyph
	page = append(page, set(50, 120, "second line")...)
	page = append(page, set(50, 108, "first line")...)
	page = append(page, set(50, 200, "another block")...)
	if got := textOf(assembly.Blocks(page)); got != "first line\nsecond line\n\nanother block" {
		t.Errorf("text is %q", got)
	}
}

func TestNoGlyphsAreNoBlocks(t *testing.T) {
	if got := assembly.Blocks(nil); len(got) != 0 {
		t.Errorf("%d blocks of nothing", len(got))
	}
}

// FuzzBlocks makes pages of arbitrary glyphs: assembling ends, keeps to the text that is there, and no box is nonsense.
func FuzzBlocks(f *testing.F) {
	f.Add([]byte("a page is made of bytes, eight a glyph, and these are some of them........"))
	f.Add([]byte{0xff, 0xff, 0, 0, 0x80, 0x80, 1, 2, 0xff, 0xff, 0, 0, 0x80, 0x80, 1, 2})
	f.Fuzz(func(t *testing.T, data []byte) {
		glyphs, letters := glyphsOf(data)
		got := 0
		for _, b := range assembly.Blocks(glyphs) {
			for _, l := range b.Lines {
				for _, w := range l.Words {
					if w.Text == "" || !utf8.ValidString(w.Text) {
						t.Fatalf("a word is %q", w.Text)
					}
					got += len(w.Text)
					for _, x := range w.Box {
						if math.IsNaN(x) || math.IsInf(x, 0) {
							t.Fatalf("the box of %q is %v", w.Text, w.Box)
						}
					}
					if w.Box[0] > w.Box[2] || w.Box[1] > w.Box[3] {
						t.Fatalf("the box of %q is inside out: %v", w.Text, w.Box)
					}
				}
			}
		}
		if got > letters {
			t.Fatalf("%d letters became %d", letters, got)
		}
	})
}

// glyphsOf reads a page out of bytes, eight for each glyph.
func glyphsOf(data []byte) (glyphs []assembly.Glyph, letters int) {
	for ; len(data) >= 8 && len(glyphs) < 2000; data = data[8:] {
		size := float64(data[4])/4 + 0.25
		g := assembly.Glyph{
			Text: string(rune('a' + data[6]%26)), Size: size, Ascent: 0.75 * size, Descent: 0.25 * size, Space: size / 4,
			X: float64(binary.LittleEndian.Uint16(data)) / 80, Y: float64(binary.LittleEndian.Uint16(data[2:])) / 80,
			Bold: data[6]&32 != 0, AfterSpace: data[6]&64 != 0,
		}
		angle := float64(data[5]) / 256 * 2 * math.Pi
		if data[6]&128 == 0 {
			angle = 0
		}
		along := float64(data[7]) / 255 * size
		g.DX, g.DY = along*math.Cos(angle), along*math.Sin(angle)
		glyphs = append(glyphs, g)
		letters += len(g.Text)
	}
	return glyphs, letters
}
