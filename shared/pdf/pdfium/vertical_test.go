package pdfium

import (
	"strings"
	"testing"

	"github.com/millrace/millrace/shared/layout"
	"github.com/millrace/millrace/shared/pdf/assembly"
)

// column sets characters one below the other, 10 points high.
func column(x, y, step float64, text string) []assembly.Glyph {
	var out []assembly.Glyph
	for _, r := range text {
		out = append(out, assembly.Glyph{Text: string(r), X: x, Y: y, DX: 10, Size: 10, Ascent: 7.5, Descent: 2.5, Space: 2.5})
		y += step
	}
	return out
}

func TestVerticalWritingIsReadDownwardsFromTheRight(t *testing.T) {
	glyphs := append(column(100, 100, 10, "あいうえお"), column(84, 100, 12, "日本語。")...)
	turnVertical(glyphs)
	page := layout.Page{Blocks: assembly.Blocks(glyphs)}
	if got := strings.TrimSpace(page.Text()); got != "あいうえお\n日本語。" {
		t.Errorf("text is %q", got)
	}
	if box := page.Blocks[0].Lines[0].Box; box[0] < 99 || box[2] > 111 || box[1] > 92 || box[3] < 140 {
		t.Errorf("the first column stands at %v", box)
	}
}

func TestListsAreNotTakenForVerticalWriting(t *testing.T) {
	for _, glyphs := range [][]assembly.Glyph{column(100, 100, 12, "abcdef"), column(100, 100, 30, "日本語日本語"), column(100, 100, 12, "日本")} {
		turnVertical(glyphs)
		for _, g := range glyphs {
			if g.DX != 10 || g.DY != 0 {
				t.Errorf("%q runs by %v, %v", g.Text, g.DX, g.DY)
			}
		}
	}
}
