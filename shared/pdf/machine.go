package pdf

import (
	"bytes"
	"math"

	ledongthuc "github.com/ledongthuc/pdf"

	"github.com/millrace/millrace/shared/pdf/assembly"
)

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
	glyphs []assembly.Glyph
	st     state
	stack  []state
	tm, lm matrix
	spaced bool
	ops    int
	marks  []mark // marked content that is open
	budget int    // glyphs that may still be drawn
	signs  Signs
	curves int // in the path that is being made

	drawing []int64 // where the forms begin that are being drawn, the inner ones last
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
	return &machine{doc: d, view: v, tm: identity, lm: identity, budget: d.limits.Glyphs, glyphs: d.space.glyphs[:0], st: state{ctm: v.base, scale: 1}}
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
	printed   string // fontDict, once it was asked for
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
	ref := s.fontReference(name)
	if f := s.doc.fonts[ref]; f != nil && ref != "" {
		s.fonts[name] = f
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
	f := s.doc.loadFont(v)
	if ref != "" {
		s.doc.fonts[ref] = f
	}
	s.fonts[name] = f
	return f
}

// fontReference returns the reference to a font, or "". See [reference].
func (s *scope) fontReference(name string) string {
	if !isDict(s.fontDict) {
		return ""
	}
	if s.printed == "" {
		s.printed = s.fontDict.String()
	}
	return referenceIn(s.printed, name)
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
		var o operand
		if args, o = l.operands(args[:0], 64); o.kind == kindEnd {
			return
		}
		if m.ops++; m.ops&1023 == 0 && m.doc.ctx.Err() != nil {
			panic(errStop)
		}
		if len(o.str) == 2 && o.str[0] == 'B' && o.str[1] == 'I' {
			m.picture()
			skipImage(&l)
		} else {
			m.operator(string(o.str), args, res, depth)
		}
		l.again()
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
	case "c", "v", "y":
		m.curves++
	case "f", "F", "f*", "B", "B*", "b", "b*":
		if m.curves > 0 {
			m.signs.Shapes++
		}
		m.curves = 0
	case "S", "s", "n":
		m.curves = 0
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
	p := m.pen()
	for len(s) > 0 {
		c := f.take(s, &m.doc.known)
		if c.bytes == 0 {
			return
		}
		s = s[c.bytes:]
		if f.vertical {
			if !hidden {
				m.put(&p, c.text, 0, -1)
			}
			extra := m.st.charSpace
			if c.word {
				extra += m.st.wordSpace
			}
			m.advance(0, -m.st.size+extra)
			continue
		}
		if !hidden {
			m.put(&p, c.text, c.width, 0)
		}
		x := c.width*m.st.size + m.st.charSpace
		if c.word {
			x += m.st.wordSpace
		}
		m.advance(x*m.st.scale, 0)
	}
}

// pen is what the glyphs of one string have in common.
type pen struct {
	a, b, c, d                   float64 // from text space to the page
	along, size                  float64 // font size along the line, in text space; on the page
	ascent, descent, space, rise float64
	bold                         bool
}

func (m *machine) pen() pen {
	st, f := &m.st, m.st.font
	p := pen{
		a: m.tm[0]*st.ctm[0] + m.tm[1]*st.ctm[2], b: m.tm[0]*st.ctm[1] + m.tm[1]*st.ctm[3],
		c: m.tm[2]*st.ctm[0] + m.tm[3]*st.ctm[2], d: m.tm[2]*st.ctm[1] + m.tm[3]*st.ctm[3],
		along: st.size * st.scale, rise: st.rise, bold: f.bold,
	}
	p.size = math.Hypot(p.c, p.d) * math.Abs(st.size) * f.height
	p.ascent, p.descent = f.ascent*p.size, f.descent*p.size
	p.space = f.space * math.Hypot(p.a, p.b) * math.Abs(p.along)
	return p
}

// put notes one glyph, whose baseline runs from the origin to (wx, wy) in text space.
func (m *machine) put(p *pen, text string, wx, wy float64) {
	if text == " " {
		m.spaced = true
		return
	}
	m.signs.Drawn++
	if text == "" {
		m.signs.Unmapped++
		return
	}
	x, y := m.st.ctm.apply(m.tm[4]+p.rise*m.tm[2], m.tm[5]+p.rise*m.tm[3])
	wx, wy = wx*p.along, wy*m.st.size
	g := assembly.Glyph{
		Text: text, X: x, Y: y, DX: wx*p.a + wy*p.c, DY: wx*p.b + wy*p.d,
		Size: p.size, Ascent: p.ascent, Descent: p.descent, Bold: p.bold, AfterSpace: m.spaced, Space: p.space,
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
func (m *machine) visible(g *assembly.Glyph) bool {
	const slack = 2
	return g.Size > 0.2 && g.Size < 1e5 && !math.IsNaN(g.X+g.Y+g.DX+g.DY) &&
		g.X > -slack && g.X < m.view.width+slack && g.Y > -slack && g.Y < m.view.height+slack
}
