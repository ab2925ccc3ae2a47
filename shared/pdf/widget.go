package pdf

import (
	"strings"

	"github.com/millrace/millrace/shared/pdf/assembly"
)

// fieldSize is the font size, in points, of the value of a form field that does not say it.
const fieldSize = 10

// fieldText draws the value of a text or choice field that has no appearance of its own: viewers make one (ISO 32000-1, 12.7.3.3).
// Each line stands where a viewer would put it, more or less; characters are half as wide as high.
func (m *machine) fieldText(widget value) {
	if m.doc.encrypted {
		return // its strings may have been decrypted wrongly, which is told by there being no text
	}
	kind, text := "", ""
	for node, depth := widget, 0; isDict(node) && depth < maxFieldDepth; node, depth = key(node, "Parent"), depth+1 {
		if kind == "" {
			kind = key(node, "FT").Name()
		}
		if text == "" {
			text = textString(key(node, "V"))
		}
	}
	rect, ok := rectangle(key(widget, "Rect"))
	if kind != "Tx" && kind != "Ch" || !ok || len(text) > maxFormValue {
		return
	}
	size := min(fieldSize, 0.8*(rect[3]-rect[1]))
	y := rect[3] - size
	for line := range strings.Lines(strings.ReplaceAll(text, "\r", "\n")) {
		x := rect[0] + 2
		m.spaced = true
		for _, r := range Clean(line) {
			m.fieldGlyph(assembly.Plain(string(r)), x, y, size)
			x += size / 2
		}
		y -= 1.2 * size
	}
}

// fieldGlyph notes a character of a field's value, at a point of the page's own coordinates.
func (m *machine) fieldGlyph(text string, x, y, size float64) {
	if text == " " || text == "" {
		m.spaced = m.spaced || text == " "
		return
	}
	x0, y0 := m.view.base.apply(x, y)
	x1, y1 := m.view.base.apply(x+size/2, y)
	g := assembly.Glyph{
		Text: text, X: x0, Y: y0, DX: x1 - x0, DY: y1 - y0, Size: size,
		Ascent: 0.75 * size, Descent: 0.25 * size, Space: 0.25 * size, AfterSpace: m.spaced,
	}
	m.spaced = false
	m.signs.Drawn++
	if m.budget--; m.visible(&g) && m.budget >= 0 {
		m.glyphs = append(m.glyphs, g)
	}
}
