package pdf

import (
	"slices"
	"strings"

	ledongthuc "github.com/ledongthuc/pdf"

	"github.com/millrace/millrace/shared/pdf/assembly"
)

// draw executes Do: forms are run, images counted.
func (m *machine) draw(name string, res *scope, depth int) {
	v, _ := res.find("XObject", name)
	switch key(v, "Subtype").Name() {
	case "Image":
		m.picture()
	case "Form":
		if m.isHidden() || m.offContent(v, "OC") {
			return
		}
		m.form(v, res, depth)
	}
}

func (m *machine) form(v value, res *scope, depth int) {
	at, _ := streamOffset(v)
	if depth >= maxFormDepth || slices.Contains(m.drawing, at) {
		return // it draws itself
	}
	m.drawing = append(m.drawing, at)
	defer func() { m.drawing = m.drawing[:len(m.drawing)-1] }()
	saved, tm, lm, stack := m.st, m.tm, m.lm, len(m.stack)
	if x, ok := matrixOf(numbers(key(v, "Matrix"), 6)); ok {
		m.st.ctm = x.mul(m.st.ctm)
	}
	marks := len(m.marks)
	inner := res
	if own := key(v, "Resources"); isDict(own) {
		inner = newScope(m.doc, own, res)
	}
	m.run(m.doc.stream(v), inner, depth+1)
	m.st, m.tm, m.lm = saved, tm, lm
	m.stack = m.stack[:min(stack, len(m.stack))]
	m.marks = m.marks[:min(marks, len(m.marks))]
}

// graphicsState takes the font from a graphics state dictionary.
func (m *machine) graphicsState(name string, res *scope) {
	v, _ := res.find("ExtGState", name)
	if f := key(v, "Font"); f.Len() == 2 {
		ref := ""
		if refs := references(f); len(refs) > 0 {
			ref = refs[0]
		}
		loaded := m.doc.fonts[ref]
		if loaded == nil {
			loaded = m.doc.loadFont(index(f, 0))
			if ref != "" {
				m.doc.fonts[ref] = loaded
			}
		}
		m.st.font, m.st.size = loaded, index(f, 1).Float64()
	}
}

func (m *machine) isHidden() bool { return len(m.marks) > 0 && m.marks[len(m.marks)-1].hidden }

// begin opens a marked-content section.
func (m *machine) begin(args []operand, res *scope) {
	k := mark{hidden: m.isHidden(), first: len(m.glyphs)}
	if len(args) >= 2 {
		tag, props := string(args[len(args)-2].str), args[len(args)-1]
		if tag == "OC" && props.kind == kindName {
			_, dict := res.find("Properties", string(props.str))
			k.hidden = k.hidden || m.offContent(dict, string(props.str))
		}
		if props.kind == kindDict {
			for i := 0; i+1 < len(props.items); i += 2 {
				if string(props.items[i].str) == "ActualText" && props.items[i+1].kind == kindString {
					text := decodeText(string(props.items[i+1].str))
					k.actual = &text
				}
			}
		}
	}
	if len(m.marks) < maxStateDepth*8 {
		m.marks = append(m.marks, k)
	}
}

// end closes a marked-content section. Where it has its own text, that text replaces what its glyphs say: the first
// glyph carries it over the extent of all.
func (m *machine) end() {
	n := len(m.marks)
	if n == 0 {
		return
	}
	k := m.marks[n-1]
	m.marks = m.marks[:n-1]
	if k.actual == nil || k.first >= len(m.glyphs) {
		return
	}
	first, last := &m.glyphs[k.first], &m.glyphs[len(m.glyphs)-1]
	text := assembly.Plain(*k.actual)
	if len(m.glyphs)-k.first > 4 || strings.Contains(text, " ") {
		return // a run of text, not the spelling of a glyph: the glyphs know better where words are
	}
	if text == "" {
		m.glyphs = m.glyphs[:k.first]
		return
	}
	first.Text = text
	first.DX, first.DY = last.X+last.DX-first.X, last.Y+last.DY-first.Y
	m.glyphs = m.glyphs[:k.first+1]
}

// offContent reports whether the entry of a dictionary refers to optional content that is off.
func (m *machine) offContent(dict value, name string) bool {
	if len(m.doc.hidden) == 0 {
		return false
	}
	if m.doc.hidden[reference(dict, name)] {
		return true
	}
	group := key(dict, name)
	if key(group, "Type").Name() != "OCMD" {
		return false
	}
	if m.doc.hidden[reference(group, "OCGs")] {
		return true
	}
	refs := references(key(group, "OCGs"))
	for _, ref := range refs {
		if !m.doc.hidden[ref] {
			return false
		}
	}
	return len(refs) > 0
}

// annotation draws the normal appearance of an annotation that is shown (ISO 32000-1, 12.5.5).
func (m *machine) annotation(v value) {
	const hiddenFlags = 1<<1 | 1<<5
	if !isDict(v) || key(v, "F").Int64()&hiddenFlags != 0 {
		return
	}
	switch key(v, "Subtype").Name() {
	case "Popup", "Link":
		return
	}
	form := key(key(v, "AP"), "N")
	if form.Kind() == ledongthuc.Dict {
		form = key(form, key(v, "AS").Name())
	}
	if m.offContent(v, "OC") {
		return
	}
	if form.Kind() != ledongthuc.Stream {
		if key(v, "Subtype").Name() == "Widget" {
			m.fieldText(v)
		}
		return
	}
	rect, ok := rectangle(key(v, "Rect"))
	box, okBox := rectangle(key(form, "BBox"))
	if !ok || !okBox {
		return
	}
	shape, _ := matrixOf(numbers(key(form, "Matrix"), 6))
	x0, y0 := shape.apply(box[0], box[1])
	x1, y1 := x0, y0
	for _, corner := range [][2]float64{{box[2], box[1]}, {box[0], box[3]}, {box[2], box[3]}} {
		x, y := shape.apply(corner[0], corner[1])
		x0, y0, x1, y1 = min(x0, x), min(y0, y), max(x1, x), max(y1, y)
	}
	if x1-x0 < 1e-6 || y1-y0 < 1e-6 {
		return
	}
	sx, sy := (rect[2]-rect[0])/(x1-x0), (rect[3]-rect[1])/(y1-y0)
	m.st.ctm = matrix{sx, 0, 0, sy, rect[0] - x0*sx, rect[1] - y0*sy}.mul(m.st.ctm)
	m.tm, m.lm, m.spaced = identity, identity, false
	m.form(form, newScope(m.doc, value{}, nil), 0)
}
