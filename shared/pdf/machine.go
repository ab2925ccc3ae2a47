package pdf

import (
	"bytes"
	"math"

	ledongthuc "github.com/ledongthuc/pdf"
)

// glyph is one character as drawn, in the coordinates of the displayed page.
type glyph struct {
	text       string
	x, y       float64 // where its baseline begins
	dx, dy     float64 // from there to where its baseline ends
	size       float64 // font size in points
	ascent     float64 // above the baseline, in points
	descent    float64 // below it
	space      float64 // advance of the font's space, in points
	bold       bool
	afterSpace bool // a space character was drawn just before it
}

// state is the graphics state as far as text goes (ISO 32000-1, 9.3).
type state struct {
	ctm                        matrix
	font                       *font
	size, charSpace, wordSpace float64
	scale, leading, rise       float64
}

// machine interprets content streams and collects glyphs.
type machine struct {
	doc    *document
	view   view
	glyphs []glyph
	st     state
	stack  []state
	tm, lm matrix
	spaced bool
	ops    int
	marks  []mark // marked content that is open
	budget int    // glyphs that may still be drawn
}

// mark is a marked-content section: hidden when its optional content is off, replaced when it has its own actual text.
type mark struct {
	hidden bool
	actual *string
	first  int // the glyph it begins with
}

const (
	maxFormDepth  = 24
	maxStateDepth = 512
)

func newMachine(d *document, v view) *machine {
	return &machine{doc: d, view: v, tm: identity, lm: identity, budget: d.limits.Glyphs, glyphs: d.glyphs[:0], st: state{ctm: v.base, scale: 1}}
}

// page draws a page's contents and then its annotations.
func (m *machine) page(p pageNode) {
	m.run(m.doc.contents(key(p.dict, "Contents")), newScope(m.doc, p.resources, nil), 0)
	annots := key(p.dict, "Annots")
	for i := range min(annots.Len(), 5000) {
		m.st = state{ctm: m.view.base, scale: 1}
		m.stack, m.marks = m.stack[:0], m.marks[:0]
		m.annotation(index(annots, i))
	}
}

// contents joins the streams of a page.
func (d *document) contents(v value) []byte {
	if v.Kind() == ledongthuc.Stream {
		return d.stream(v)
	}
	var out []byte
	for i := range min(v.Len(), 1<<16) {
		out = append(append(out, d.stream(index(v, i))...), '\n')
	}
	return out
}

// scope is a resource dictionary; what is missing in it is looked for in the one around it.
type scope struct {
	doc       *document
	resources value
	fontDict  value
	fonts     map[string]*font
	outer     *scope
}

func newScope(d *document, resources value, outer *scope) *scope {
	return &scope{doc: d, resources: resources, fontDict: key(resources, "Font"), fonts: map[string]*font{}, outer: outer}
}

func (s *scope) font(name string) *font {
	if f, ok := s.fonts[name]; ok {
		return f
	}
	v := key(s.fontDict, name)
	if !isDict(v) {
		f := fallback()
		if s.outer != nil {
			f = s.outer.font(name)
		}
		s.fonts[name] = f
		return f
	}
	ref := reference(s.fontDict, name)
	f := s.doc.fonts[ref]
	if f == nil {
		f = s.doc.loadFont(v)
		if ref != "" {
			s.doc.fonts[ref] = f
		}
	}
	s.fonts[name] = f
	return f
}

func (s *scope) find(category, name string) (value, value) {
	for at := s; at != nil; at = at.outer {
		dict := key(at.resources, category)
		if v := key(dict, name); !v.IsNull() {
			return v, dict
		}
	}
	return value{}, value{}
}

// run interprets one content stream.
func (m *machine) run(src []byte, res *scope, depth int) {
	l := lexer{src: src}
	args := make([]operand, 0, 16)
	for {
		o := l.next()
		if o.kind == kindEnd {
			return
		}
		if o.kind != kindKeyword {
			if len(args) < 64 {
				args = append(args, o)
			}
			continue
		}
		if m.ops++; m.ops&1023 == 0 && m.doc.ctx.Err() != nil {
			panic(errStop)
		}
		if len(o.str) == 2 && o.str[0] == 'B' && o.str[1] == 'I' {
			m.doc.pictures++
			skipImage(&l)
		} else {
			m.operator(string(o.str), args, res, depth)
		}
		args = args[:0]
	}
}

// skipImage moves past an inline image: to an EI that stands alone and is followed by what looks like content.
func skipImage(l *lexer) {
	for {
		o := l.next()
		if o.kind == kindEnd {
			return
		}
		if o.kind == kindKeyword && string(o.str) == "ID" {
			break
		}
	}
	for {
		i := bytes.Index(l.src[l.pos:], []byte("EI"))
		if i < 0 {
			l.pos = len(l.src)
			return
		}
		at := l.pos + i
		l.pos = at + 2
		if at > 0 && isSpace(l.src[at-1]) && (l.pos >= len(l.src) || isSpace(l.src[l.pos])) && printable(l.src[l.pos:min(len(l.src), l.pos+12)]) {
			return
		}
	}
}

func printable(b []byte) bool {
	for _, c := range b {
		if c > 0x7e || c < ' ' && !isSpace(c) {
			return false
		}
	}
	return true
}

// arg returns the n-th of the last count operands as a number.
func arg(args []operand, count, n int) float64 {
	i := len(args) - count + n
	if i < 0 || i >= len(args) {
		return 0
	}
	return args[i].num
}

func lastString(args []operand) []byte {
	if len(args) == 0 {
		return nil
	}
	return args[len(args)-1].str
}

func sixth(args []operand) (matrix, bool) {
	if len(args) < 6 {
		return identity, false
	}
	var out matrix
	for i := range out {
		out[i] = arg(args, 6, i)
	}
	return out, out.finite()
}

// operator executes one operator; those that do not concern text are passed over.
func (m *machine) operator(op string, args []operand, res *scope, depth int) {
	switch op {
	case "q":
		if len(m.stack) < maxStateDepth {
			m.stack = append(m.stack, m.st)
		}
	case "Q":
		if n := len(m.stack); n > 0 {
			m.st = m.stack[n-1]
			m.stack = m.stack[:n-1]
		}
	case "cm":
		if x, ok := sixth(args); ok {
			if ctm := x.mul(m.st.ctm); ctm.finite() {
				m.st.ctm = ctm
			}
		}
	case "BT":
		m.tm, m.lm = identity, identity
	case "Do":
		if len(args) > 0 {
			m.draw(string(lastString(args)), res, depth)
		}
	case "gs":
		m.graphicsState(string(lastString(args)), res)
	case "BDC":
		m.begin(args, res)
	case "BMC":
		m.marks = append(m.marks, mark{hidden: m.isHidden(), first: len(m.glyphs)})
	case "EMC":
		m.end()
	default:
		m.textOperator(op, args, res)
	}
}

func (m *machine) textOperator(op string, args []operand, res *scope) {
	switch op {
	case "Tf":
		if len(args) >= 2 {
			m.st.font = res.font(string(args[len(args)-2].str))
			m.st.size = arg(args, 1, 0)
		}
	case "Tj":
		m.show(lastString(args))
	case "TJ":
		if len(args) > 0 {
			m.showAll(args[len(args)-1].items)
		}
	case "'":
		m.move(0, -m.st.leading)
		m.show(lastString(args))
	case "\"":
		m.st.wordSpace, m.st.charSpace = arg(args, 3, 0), arg(args, 3, 1)
		m.move(0, -m.st.leading)
		m.show(lastString(args))
	case "Td":
		m.move(arg(args, 2, 0), arg(args, 2, 1))
	case "TD":
		m.st.leading = -arg(args, 2, 1)
		m.move(arg(args, 2, 0), arg(args, 2, 1))
	case "Tm":
		if x, ok := sixth(args); ok {
			m.tm, m.lm = x, x
		}
	case "T*":
		m.move(0, -m.st.leading)
	case "Tc":
		m.st.charSpace = arg(args, 1, 0)
	case "Tw":
		m.st.wordSpace = arg(args, 1, 0)
	case "Tz":
		if m.st.scale = arg(args, 1, 0) / 100; m.st.scale == 0 {
			m.st.scale = 1
		}
	case "TL":
		m.st.leading = arg(args, 1, 0)
	case "Ts":
		m.st.rise = arg(args, 1, 0)
	}
}

// move starts a new line, offset from the start of the current one.
func (m *machine) move(x, y float64) {
	m.lm = matrix{1, 0, 0, 1, x, y}.mul(m.lm)
	m.tm = m.lm
}

func (m *machine) showAll(items []operand) {
	for _, o := range items {
		if o.kind == kindString {
			m.show(o.str)
			continue
		}
		if m.st.font != nil && m.st.font.vertical {
			m.advance(0, -o.num/1000*m.st.size)
		} else {
			m.advance(-o.num/1000*m.st.size*m.st.scale, 0)
		}
	}
}

func (m *machine) advance(x, y float64) {
	m.tm[4] += x*m.tm[0] + y*m.tm[2]
	m.tm[5] += x*m.tm[1] + y*m.tm[3]
}

// show draws a string.
func (m *machine) show(s []byte) {
	f := m.st.font
	if f == nil || m.st.size == 0 {
		return
	}
	hidden := m.isHidden()
	for len(s) > 0 {
		c, n := f.take(s)
		s = s[n:]
		if n == 0 {
			return
		}
		if f.vertical {
			if !hidden {
				m.put(f, c.text, 0, -1)
			}
			extra := m.st.charSpace
			if c.word {
				extra += m.st.wordSpace
			}
			m.advance(0, -m.st.size+extra)
			continue
		}
		if !hidden {
			m.put(f, c.text, c.width, 0)
		}
		x := c.width*m.st.size + m.st.charSpace
		if c.word {
			x += m.st.wordSpace
		}
		m.advance(x*m.st.scale, 0)
	}
}

// put notes one glyph, whose baseline runs from the origin to (wx, wy) in text space.
func (m *machine) put(f *font, text string, wx, wy float64) {
	if text == "" {
		return
	}
	if text == " " {
		m.spaced = true
		return
	}
	st := &m.st
	a, b := m.tm[0]*st.ctm[0]+m.tm[1]*st.ctm[2], m.tm[0]*st.ctm[1]+m.tm[1]*st.ctm[3]
	c, d := m.tm[2]*st.ctm[0]+m.tm[3]*st.ctm[2], m.tm[2]*st.ctm[1]+m.tm[3]*st.ctm[3]
	px, py := m.tm[4]+st.rise*m.tm[2], m.tm[5]+st.rise*m.tm[3]
	x, y := st.ctm.apply(px, py)
	size := math.Hypot(c, d) * math.Abs(st.size) * f.height
	along := st.size * st.scale
	g := glyph{
		text: text, x: x, y: y, dx: (wx*along)*a + (wy*st.size)*c, dy: (wx*along)*b + (wy*st.size)*d,
		size: size, ascent: f.ascent * size, descent: f.descent * size, bold: f.bold, afterSpace: m.spaced,
		space: f.space * math.Hypot(a, b) * math.Abs(along),
	}
	m.spaced = false
	if !m.visible(&g) {
		return
	}
	if m.budget--; m.budget < 0 {
		panic("more glyphs on the page than the limit")
	}
	m.glyphs = append(m.glyphs, g)
}

// visible reports whether a glyph is on the page and large enough to be seen.
func (m *machine) visible(g *glyph) bool {
	const slack = 2
	return g.size > 0.2 && g.size < 1e5 && !math.IsNaN(g.x+g.y+g.dx+g.dy) &&
		g.x > -slack && g.x < m.view.width+slack && g.y > -slack && g.y < m.view.height+slack
}

// draw executes Do: forms are run, images counted.
func (m *machine) draw(name string, res *scope, depth int) {
	v, _ := res.find("XObject", name)
	switch key(v, "Subtype").Name() {
	case "Image":
		m.doc.pictures++
	case "Form":
		if m.isHidden() || m.offContent(v, "OC") {
			return
		}
		m.form(v, res, depth)
	}
}

func (m *machine) form(v value, res *scope, depth int) {
	if depth >= maxFormDepth {
		return
	}
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
	text := plainGlyph(*k.actual)
	if len(m.glyphs)-k.first > 4 || bytes.ContainsRune([]byte(text), ' ') {
		return // a run of text, not the spelling of a glyph: the glyphs know better where words are
	}
	if text == "" {
		m.glyphs = m.glyphs[:k.first]
		return
	}
	first.text = text
	first.dx, first.dy = last.x+last.dx-first.x, last.y+last.dy-first.y
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
	if form.Kind() != ledongthuc.Stream || m.offContent(v, "OC") {
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
