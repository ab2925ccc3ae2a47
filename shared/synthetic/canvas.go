package synthetic

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	"codeberg.org/go-pdf/fpdf"
	"golang.org/x/text/encoding/charmap"
)

// rgb is a colour.
type rgb [3]int

// font is one of the 14 standard fonts at a size in points. Style is "", "B", "I" or "BI".
type font struct {
	family, style string
	size          float64
	colour        rgb
}

func (f font) bold() font            { f.style = "B"; return f }
func (f font) italic() font          { f.style = "I"; return f }
func (f font) sized(pt float64) font { f.size = pt; return f }
func (f font) scaled(k float64) font { f.size *= k; return f }
func (f font) coloured(c rgb) font   { f.colour = c; return f }
func (f font) leading() float64      { return f.size * 1.22 }
func (f font) in(family string) font { f.family = family; return f }

// canvas draws on pages. Lengths are points, the origin is the top left corner, and text is placed by its baseline.
// y is the cursor: the baseline of the next flowing line.
type canvas struct {
	pdf                      *fpdf.Fpdf
	width, height            float64
	left, right, top, bottom float64 // margins
	y                        float64
	furniture                func(page int) // draws what every page has; may move the top margin
	current                  font
	watch                    func(placed) // told of every text; nil but in tests
}

// placed is a text with its box; y1 is the baseline.
type placed struct {
	page           int
	x0, y0, x1, y1 float64
	width, height  float64 // of the page
	text           string
}

func newCanvas(letter bool) *canvas {
	size := fpdf.SizeType{Wd: 595.28, Ht: 841.89}
	if letter {
		size = fpdf.SizeType{Wd: 612, Ht: 792}
	}
	return newCanvasSize(size.Wd, size.Ht)
}

func newCanvasSize(w, h float64) *canvas {
	pdf := fpdf.NewCustom(&fpdf.InitType{OrientationStr: "P", UnitStr: "pt", Size: fpdf.SizeType{Wd: w, Ht: h}})
	pdf.SetCatalogSort(true) // otherwise fonts are written in map order
	pdf.SetAutoPageBreak(false, 0)
	pdf.SetMargins(0, 0, 0)
	pdf.AliasNbPages("{nb}")
	return &canvas{pdf: pdf, width: w, height: h, left: 56, right: 56, top: 56, bottom: 62}
}

// resized returns an empty canvas of another size.
func (c *canvas) resized(w, h float64) *canvas {
	n := newCanvasSize(w, h)
	n.watch = c.watch
	return n
}

func (c *canvas) inner() float64 { return c.width - c.left - c.right }
func (c *canvas) edge() float64  { return c.width - c.right }
func (c *canvas) floor() float64 { return c.height - c.bottom }
func (c *canvas) page() int      { return c.pdf.PageNo() }

// newPage starts a page, draws its furniture and puts the cursor at the top margin.
func (c *canvas) newPage() {
	c.pdf.AddPage()
	c.current = font{}
	c.y = c.top
	if c.furniture != nil {
		c.furniture(c.page())
	}
}

// need starts a new page unless h points are left on this one. It reports whether it did.
func (c *canvas) need(h float64) bool {
	if c.y+h <= c.floor() {
		return false
	}
	c.newPage()
	return true
}

func (c *canvas) use(f font) {
	if f.family == c.current.family && f.style == c.current.style && f.size == c.current.size {
		if f.colour != c.current.colour {
			c.pdf.SetTextColor(f.colour[0], f.colour[1], f.colour[2])
			c.current = f
		}
		return
	}
	c.pdf.SetFont(f.family, f.style, f.size)
	c.pdf.SetTextColor(f.colour[0], f.colour[1], f.colour[2])
	c.current = f
}

// encode translates to Windows-1252, the encoding of the standard fonts. What it lacks becomes a question mark; the tests
// look for those.
func encode(s string) string {
	ascii := true
	for i := range len(s) {
		if s[i] >= 0x80 {
			ascii = false
			break
		}
	}
	if ascii {
		return s
	}
	out := make([]byte, 0, len(s))
	for _, r := range s {
		b, ok := charmap.Windows1252.EncodeRune(r)
		if !ok {
			b = '?'
		}
		out = append(out, b)
	}
	return string(out)
}

// measure returns the width of s in f.
func (c *canvas) measure(f font, s string) float64 {
	c.use(f)
	return c.pdf.GetStringWidth(encode(s))
}

// text draws s with its left end at x and its baseline at y.
func (c *canvas) text(x, y float64, f font, s string) {
	if s == "" {
		return
	}
	c.use(f)
	s = encode(s)
	c.pdf.Text(x, y, s)
	if c.watch != nil {
		c.watch(placed{page: c.page(), x0: x, y0: y - f.size*0.72, x1: x + c.pdf.GetStringWidth(s), y1: y, width: c.width, height: c.height, text: s})
	}
}

// textFit draws s at x in a size that fits the width w.
func (c *canvas) textFit(x, y, w float64, f font, s string) {
	if has := c.measure(f, s); has > w {
		f = f.scaled(w / has)
	}
	c.text(x, y, f, s)
}

// textRight draws s with its right end at x.
func (c *canvas) textRight(x, y float64, f font, s string) { c.text(x-c.measure(f, s), y, f, s) }

// textCentre draws s centred on x.
func (c *canvas) textCentre(x, y float64, f font, s string) { c.text(x-c.measure(f, s)/2, y, f, s) }

// wrap breaks s into lines no wider than w. Newlines in s are kept. A word wider than w is cut.
func (c *canvas) wrap(f font, s string, w float64) []string {
	c.use(f)
	space := c.pdf.GetStringWidth(" ")
	var out []string
	for _, part := range strings.Split(s, "\n") {
		line, width := "", 0.0
		for _, word := range strings.Fields(part) {
			ww := c.pdf.GetStringWidth(encode(word))
			for ww > w && len(word) > 4 {
				word, ww = c.cut(f, &out, &line, &width, word, w)
			}
			if line != "" && width+space+ww > w {
				out = append(out, line)
				line, width = "", 0
			}
			if line != "" {
				line, width = line+" ", width+space
			}
			line, width = line+word, width+ww
		}
		out = append(out, line)
	}
	return out
}

// cut puts as much of a too long word as fits on a line of its own and returns the rest.
func (c *canvas) cut(f font, out *[]string, line *string, width *float64, word string, w float64) (string, float64) {
	if *line != "" {
		*out = append(*out, *line)
		*line, *width = "", 0
	}
	runes := []rune(word)
	n := len(runes)
	for n > 1 && c.measure(f, string(runes[:n])) > w {
		n--
	}
	*out = append(*out, string(runes[:n]))
	rest := string(runes[n:])
	return rest, c.measure(f, rest)
}

// lines draws lines from baseline y down and returns the baseline after the last.
func (c *canvas) lines(x, y float64, f font, ls ...string) float64 {
	for _, l := range ls {
		c.text(x, y, f, l)
		y += f.leading()
	}
	return y
}

// linesRight draws lines from baseline y down with their right ends at x.
func (c *canvas) linesRight(x, y float64, f font, ls ...string) {
	for _, l := range ls {
		c.textRight(x, y, f, l)
		y += f.leading()
	}
}

// paragraph flows s over the width w from x, breaking pages as needed, and leaves the cursor under it.
func (c *canvas) paragraph(x, w float64, f font, s string) {
	c.flow(x, f, c.wrap(f, s, w))
}

func (c *canvas) flow(x float64, f font, ls []string) {
	for i, l := range ls {
		if i == 0 && len(ls) > 1 {
			c.need(2 * f.leading()) // no lone first line at the foot of a page
		}
		c.need(f.leading() * 0.3)
		c.text(x, c.y, f, l)
		c.y += f.leading()
	}
}

// line draws a straight line of the given thickness.
func (c *canvas) line(x0, y0, x1, y1, thickness float64, col rgb) {
	c.pdf.SetDrawColor(col[0], col[1], col[2])
	c.pdf.SetLineWidth(thickness)
	c.pdf.Line(x0, y0, x1, y1)
}

// rule draws a horizontal line over the text width at y.
func (c *canvas) rule(y, thickness float64, col rgb) { c.line(c.left, y, c.edge(), y, thickness, col) }

// fill paints a rectangle.
func (c *canvas) fill(x, y, w, h float64, col rgb) {
	c.pdf.SetFillColor(col[0], col[1], col[2])
	c.pdf.Rect(x, y, w, h, "F")
}

// box outlines a rectangle.
func (c *canvas) box(x, y, w, h, thickness float64, col rgb) {
	c.pdf.SetDrawColor(col[0], col[1], col[2])
	c.pdf.SetLineWidth(thickness)
	c.pdf.Rect(x, y, w, h, "D")
}

// logo draws a simple emblem in a square of side s: some letterheads have one.
func (c *canvas) logo(x, y, s float64, shape int, col rgb) {
	c.pdf.SetFillColor(col[0], col[1], col[2])
	switch shape % 4 {
	case 0:
		c.pdf.Circle(x+s/2, y+s/2, s/2, "F")
		c.pdf.SetFillColor(255, 255, 255)
		c.pdf.Circle(x+s*0.62, y+s*0.38, s*0.22, "F")
	case 1:
		c.pdf.Rect(x, y, s*0.45, s*0.45, "F")
		c.pdf.Rect(x+s*0.55, y+s*0.55, s*0.45, s*0.45, "F")
	case 2:
		c.pdf.Polygon([]fpdf.PointType{{X: x, Y: y + s}, {X: x + s/2, Y: y}, {X: x + s, Y: y + s}}, "F")
	default:
		for i := range 3 {
			c.pdf.Rect(x+float64(i)*s*0.36, y+float64(2-i)*s*0.28, s*0.26, s-float64(2-i)*s*0.28, "F")
		}
	}
}

// output returns the file. Dates are those of the document, never of the clock.
func (c *canvas) output(title, author string, at time.Time) ([]byte, error) {
	c.pdf.SetCreationDate(at)
	c.pdf.SetModificationDate(at)
	c.pdf.SetProducer("Millrace synthetic documents", false)
	if title != "" {
		c.pdf.SetTitle(title, true)
	}
	if author != "" {
		c.pdf.SetAuthor(author, true)
	}
	var buf bytes.Buffer
	if err := c.pdf.Output(&buf); err != nil {
		return nil, fmt.Errorf("write the PDF: %w", err)
	}
	return buf.Bytes(), nil
}
