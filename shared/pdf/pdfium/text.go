package pdfium

import (
	"context"
	"fmt"
	"math"
	"strings"

	"github.com/klippa-app/go-pdfium/references"
	"github.com/klippa-app/go-pdfium/requests"

	"github.com/millrace/millrace/shared/layout"
	"github.com/millrace/millrace/shared/pdf"
	"github.com/millrace/millrace/shared/pdf/assembly"
)

// Page is a page as PDFium reads it.
type Page struct {
	layout.Page

	Signs pdf.Signs // pictures are counted only where there is no text, and shapes not at all
}

// maxGlyphs bounds the characters of one page.
const maxGlyphs = 1_000_000

// Page reads the text of a page, numbered from 1. It gives up when ctx ends, which it looks at every few hundred characters.
func (d *Document) Page(ctx context.Context, number int) (Page, error) {
	out := Page{Page: layout.Page{Number: number}}
	display, err := d.display(number, &out.Page)
	if err != nil {
		return out, err
	}
	loaded, err := d.in.FPDFText_LoadPage(&requests.FPDFText_LoadPage{Page: d.page(number)})
	if err != nil {
		return out, fmt.Errorf("page %d: %w", number, damaged(err))
	}
	r := reading{document: d, text: loaded.TextPage, display: display, page: &out, fonts: map[string]bool{}}
	err = r.run(ctx)
	if _, closeErr := d.in.FPDFText_ClosePage(&requests.FPDFText_ClosePage{TextPage: loaded.TextPage}); err == nil && closeErr != nil {
		err = closeErr
	}
	if err != nil {
		return out, fmt.Errorf("page %d: %w", number, err)
	}
	turnVertical(r.glyphs)
	out.Blocks = assembly.Blocks(r.glyphs)
	if out.Signs.Drawn == 0 {
		d.pictures(number, &out)
	}
	return out, nil
}

// affine is x' = a·x + c·y + e, y' = b·x + d·y + f.
type affine struct{ a, b, c, d, e, f float64 }

func (m affine) point(x, y float64) (float64, float64) {
	return m.a*x + m.c*y + m.e, m.b*x + m.d*y + m.f
}

func (m affine) vector(x, y float64) (float64, float64) { return m.a*x + m.c*y, m.b*x + m.d*y }

// display sets a page's size and returns the way from its own coordinates to points of the displayed page. PDFium tells it only by
// where whole pixels lie, so it is asked on a large screen for three points far apart.
func (d *Document) display(number int, page *layout.Page) (affine, error) {
	size, err := d.in.FPDF_GetPageSizeByIndex(&requests.FPDF_GetPageSizeByIndex{Document: d.ref, Index: number - 1})
	if err != nil {
		return affine{}, fmt.Errorf("page %d: %w", number, damaged(err))
	}
	page.Width, page.Height = round(size.Width), round(size.Height)
	if !(size.Width > 0 && size.Height > 0 && size.Width < 1e6 && size.Height < 1e6) {
		return affine{}, fmt.Errorf("page %d measures %v by %v points", number, size.Width, size.Height)
	}
	if turned, err := d.in.FPDFPage_GetRotation(&requests.FPDFPage_GetRotation{Page: d.page(number)}); err == nil {
		page.Rotation = int(turned.PageRotation) * 90
	}
	const far = 1000.0
	scale := math.Min(1000, 1e8/math.Max(size.Width, size.Height)) // pixels are 32-bit numbers
	at := func(x, y float64) (float64, float64, error) {
		p, err := d.in.FPDF_PageToDevice(&requests.FPDF_PageToDevice{
			Page: d.page(number), SizeX: int(size.Width * scale), SizeY: int(size.Height * scale), PageX: x, PageY: y,
		})
		if err != nil {
			return 0, 0, fmt.Errorf("page %d: %w", number, damaged(err))
		}
		return float64(p.DeviceX) / scale, float64(p.DeviceY) / scale, nil
	}
	var m affine
	if m.e, m.f, err = at(0, 0); err != nil {
		return m, err
	}
	x, y, err := at(far, 0)
	if err != nil {
		return m, err
	}
	m.a, m.b = (x-m.e)/far, (y-m.f)/far
	if x, y, err = at(0, far); err != nil {
		return m, err
	}
	m.c, m.d = (x-m.e)/far, (y-m.f)/far
	return m, nil
}

func round(x float64) float64 { return math.Round(x*100) / 100 }

// reading gathers the glyphs of one page.
type reading struct {
	document *Document
	text     references.FPDF_TEXTPAGE
	display  affine
	page     *Page
	glyphs   []assembly.Glyph
	fonts    map[string]bool // whether a font is bold, by name
	spaced   bool
}

func (r *reading) run(ctx context.Context) error {
	count, err := r.document.in.FPDFText_CountChars(&requests.FPDFText_CountChars{TextPage: r.text})
	if err != nil {
		return damaged(err)
	}
	if count.Count > maxGlyphs {
		return fmt.Errorf("the page has %d characters; the limit is %d", count.Count, maxGlyphs)
	}
	for i := range count.Count {
		if i&255 == 0 && ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err := r.character(i); err != nil {
			return damaged(err)
		}
	}
	return nil
}

// hyphen is how PDFium says that a hyphen stands at the end of a line.
const hyphen = 0x02

// character notes one character. Those that PDFium made up to separate words and lines are passed over: assembly finds its own.
func (r *reading) character(i int) error {
	in := r.document.in
	made, err := in.FPDFText_IsGenerated(&requests.FPDFText_IsGenerated{TextPage: r.text, Index: i})
	if err != nil || made.IsGenerated {
		return err
	}
	code, err := in.FPDFText_GetUnicode(&requests.FPDFText_GetUnicode{TextPage: r.text, Index: i})
	if err != nil {
		return err
	}
	char := rune(uint32(code.Unicode))
	text := assembly.Plain(string(char))
	switch {
	case char == hyphen:
		text = "-"
	case text == " ":
		r.spaced = true
		return nil
	}
	r.page.Signs.Drawn++
	wrong, err := in.FPDFText_HasUnicodeMapError(&requests.FPDFText_HasUnicodeMapError{TextPage: r.text, Index: i})
	if err != nil {
		return err
	}
	if text == "" || wrong.HasUnicodeMapError {
		r.page.Signs.Unmapped++
	}
	if text == "" {
		return nil
	}
	g, err := r.glyph(i)
	if err != nil || !r.visible(&g) {
		return err
	}
	if n := len(r.glyphs); n > 0 && !r.spaced && r.glyphs[n-1].X == g.X && r.glyphs[n-1].Y == g.Y {
		r.glyphs[n-1].Text += text // PDFium spells out a ligature as characters in one place
		return nil
	}
	g.Text, g.AfterSpace = text, r.spaced
	r.spaced = false
	r.glyphs = append(r.glyphs, g)
	return nil
}

// glyph returns where a character stands and how large it is.
func (r *reading) glyph(i int) (assembly.Glyph, error) {
	in := r.document.in
	var g assembly.Glyph
	size, err := in.FPDFText_GetFontSize(&requests.FPDFText_GetFontSize{TextPage: r.text, Index: i})
	if err != nil {
		return g, err
	}
	shape, err := in.FPDFText_GetMatrix(&requests.FPDFText_GetMatrix{TextPage: r.text, Index: i})
	if err != nil {
		return g, err
	}
	origin, err := in.FPDFText_GetCharOrigin(&requests.FPDFText_GetCharOrigin{TextPage: r.text, Index: i})
	if err != nil {
		return g, err
	}
	loose, err := in.FPDFText_GetLooseCharBox(&requests.FPDFText_GetLooseCharBox{TextPage: r.text, Index: i})
	if err != nil {
		return g, err
	}
	m := shape.Matrix
	g.X, g.Y = r.display.point(origin.X, origin.Y)
	dx, dy := r.display.vector(float64(m.A), float64(m.B))
	up, side := r.display.vector(float64(m.C), float64(m.D))
	g.Size = math.Hypot(up, side) * math.Abs(size.FontSize)
	if along := math.Hypot(dx, dy); along > 0 {
		dx, dy = dx/along, dy/along
	}
	x0, y0 := r.display.point(float64(loose.Rect.Left), float64(loose.Rect.Bottom))
	x1, y1 := r.display.point(float64(loose.Rect.Right), float64(loose.Rect.Top))
	advance := math.Max(math.Max((x0-g.X)*dx+(y0-g.Y)*dy, (x1-g.X)*dx+(y1-g.Y)*dy), math.Max((x0-g.X)*dx+(y1-g.Y)*dy, (x1-g.X)*dx+(y0-g.Y)*dy))
	if !(advance > 0.05*g.Size && advance < 4*g.Size) {
		advance = 0.5 * g.Size // the box of turned text is not its own
	}
	g.DX, g.DY = dx*advance, dy*advance
	g.Ascent, g.Descent, g.Space = 0.75*g.Size, 0.25*g.Size, 0.25*g.Size
	g.Bold = r.bold(i)
	return g, nil
}

// bold reports whether a character's font says that it is bold.
func (r *reading) bold(i int) bool {
	font, err := r.document.in.FPDFText_GetFontInfo(&requests.FPDFText_GetFontInfo{TextPage: r.text, Index: i})
	if err != nil {
		return false
	}
	is, known := r.fonts[font.FontName]
	if !known {
		name := strings.ToLower(font.FontName)
		is = strings.Contains(name, "bold") || strings.Contains(name, "black") || strings.Contains(name, "heavy") || font.Flags&(1<<18) != 0
		r.fonts[font.FontName] = is
	}
	return is
}

// visible reports whether a glyph is on the page and large enough to be seen.
func (r *reading) visible(g *assembly.Glyph) bool {
	const slack = 2
	return g.Size > 0.2 && g.Size < 1e5 && !math.IsNaN(g.X+g.Y+g.DX+g.DY) &&
		g.X > -slack && g.X < r.page.Width+slack && g.Y > -slack && g.Y < r.page.Height+slack
}
