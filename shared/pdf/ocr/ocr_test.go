package ocr

import (
	"image"
	"image/color"
	"testing"
)

func TestTheTableBecomesBlocks(t *testing.T) {
	table := "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext\n" +
		"1\t1\t0\t0\t0\t0\t0\t0\t600\t800\t-1\t\n" +
		"4\t1\t1\t1\t1\t0\t100\t100\t200\t30\t-1\t\n" +
		"5\t1\t1\t1\t1\t1\t100\t100\t90\t30\t96.1\tScanned\n" +
		"5\t1\t1\t1\t1\t2\t200\t100\t60\t30\t12.0\t~~\n" +
		"5\t1\t1\t1\t1\t3\t270\t100\t60\t30\t91\ttext\n" +
		"5\t1\t1\t1\t2\t1\t100\t150\t90\t30\t80\tbelow\n" +
		"5\t1\t2\t1\t1\t1\t100\t300\t90\t30\t80\tapart\n" +
		"5\t1\t2\t1\t1\t2\tx\t300\t90\t30\t80\tbroken\n"
	blocks := parse(table, 0.5)
	if len(blocks) != 2 || len(blocks[0].Lines) != 2 || blocks[0].Lines[0].Text() != "Scanned text" || blocks[0].Lines[1].Text() != "below" ||
		blocks[1].Lines[0].Text() != "apart" {
		t.Fatalf("blocks are %+v", blocks)
	}
	if got := blocks[0].Lines[0].Words[0]; got.Box != [4]float64{50, 50, 95, 65} || got.Size != 15 {
		t.Errorf("the first word is %+v", got)
	}
	if got := blocks[0].Box; got != [4]float64{50, 50, 165, 90} {
		t.Errorf("the first block's box is %v", got)
	}
	if parse("", 1) != nil {
		t.Error("nothing has blocks")
	}
}

func TestTransparentIsWhite(t *testing.T) {
	p := image.NewRGBA(image.Rect(0, 0, 3, 1))
	p.SetRGBA(1, 0, color.RGBA{A: 255})
	p.SetRGBA(2, 0, color.RGBA{R: 255, G: 255, B: 255, A: 255})
	if got := string(gray(p)); got != "P5 3 1 255\n\xff\x00\xff" {
		t.Errorf("the picture is %q", got)
	}
}

func TestLanguagesAreLookedFor(t *testing.T) {
	for _, off := range []string{"", "none", " none "} {
		if c, err := Find(t.Context(), off); err != nil || c.Enabled() {
			t.Errorf("%q gives %+v, %v", off, c, err)
		}
	}
	if c, err := Find(t.Context(), "eng+tlh"); err == nil || c.Enabled() {
		t.Errorf("Klingon is there: %+v", c)
	}
}
