package pdf

import (
	"strings"
	"unicode/utf8"

	ledongthuc "github.com/ledongthuc/pdf"

	"github.com/millrace/millrace/shared/pdf/assembly"
)

// font is what the interpreter needs to know of a font: how codes split, what they say, how far they advance. Lengths are
// in text space: 1 is the font size.
type font struct {
	text    [256]string  // of simple fonts
	width   [256]float64 // of simple fonts
	bold    bool
	ascent  float64
	descent float64 // below the baseline; positive
	space   float64 // advance of a space
	height  float64 // of Type 3 glyphs in text space, for the size that people see; else 1

	composite bool
	vertical  bool
	encoding  *cmap // of codes to CIDs; nil for Identity
	unicode   *cmap // ToUnicode
	legacy    *legacy
	widths    map[uint32]float64
	otherwise float64      // width of a CID that is not in widths
	short     bool         // no code has more than two bytes
	known     []*[256]char // by first byte
}

// char is one character code of a string.
type char struct {
	text  string
	width float64
	word  bool // the single-byte code 32, to which word spacing applies
	bytes uint8
}

// maxKnown bounds the pages of 256 codes that the fonts of a document remember, of 8 kB each.
const maxKnown = 4096

// take splits the first character off s, which is not empty. What two bytes mean is found out once.
func (f *font) take(s []byte, room *int) char {
	if !f.composite {
		c := s[0]
		return char{f.text[c], f.width[c], c == ' ', 1}
	}
	if !f.short || len(s) < 2 || f.legacy != nil && f.legacy.surrogate(s) {
		return f.read(s)
	}
	page := f.known[s[0]]
	if page == nil {
		if *room--; *room < 0 {
			return f.read(s)
		}
		page = new([256]char)
		f.known[s[0]] = page
	}
	c := &page[s[1]]
	if c.bytes == 0 {
		*c = f.read(s)
	}
	return *c
}

// read is [font.take] for a composite font.
func (f *font) read(s []byte) char {
	var code uint32
	var n int
	var text string
	if f.legacy != nil {
		text, n = f.legacy.take(s)
		code = codeOf(s[:n])
	} else {
		code, n = f.encoding.take(s)
	}
	cid := code
	if f.encoding != nil {
		cid = f.encoding.cid(code)
	}
	if f.unicode != nil {
		if t, ok := f.unicode.text[code]; ok {
			text = t
		}
	}
	w, ok := f.widths[cid]
	if !ok {
		w = f.otherwise
	}
	return char{assembly.Plain(text), w, n == 1 && code == ' ', uint8(n)}
}

// loadFont reads a font dictionary. It never fails: a font that is not understood has characters without text.
func (d *document) loadFont(v value) *font {
	f := &font{ascent: 0.75, descent: 0.25, height: 1}
	if key(v, "Subtype").Name() == "Type0" {
		d.loadComposite(f, v)
	} else {
		d.loadSimple(f, v)
	}
	if f.space <= 0 || f.space > 1 {
		f.space = 0.25
	}
	return f
}

// fallback is what text is read with whose font is missing: the codes are taken for Windows-1252.
func fallback() *font {
	f := &font{text: *winAnsi(), ascent: 0.75, descent: 0.25, height: 1, space: 0.25}
	for code, text := range f.text {
		f.text[code] = assembly.Plain(text)
	}
	f.standardWidths("Helvetica")
	return f
}

// describe takes weight and height from a font's name and descriptor.
func (f *font) describe(name string, descriptor value) {
	lower := strings.ToLower(name)
	f.bold = strings.Contains(lower, "bold") || strings.Contains(lower, "black") || strings.Contains(lower, "heavy") ||
		key(descriptor, "FontWeight").Float64() >= 600 || key(descriptor, "Flags").Int64()&(1<<18) != 0
	if a := key(descriptor, "Ascent").Float64() / 1000; a > 0.4 && a < 1.2 {
		f.ascent = a
	}
	if b := -key(descriptor, "Descent").Float64() / 1000; b > 0 && b < 0.5 {
		f.descent = b
	}
}

func (d *document) toUnicode(v value) *cmap {
	stream := key(v, "ToUnicode")
	if stream.Kind() != ledongthuc.Stream {
		return nil
	}
	m := readCMap(d.stream(stream))
	if len(m.text) == 0 {
		return nil
	}
	return m
}

func (d *document) loadSimple(f *font, v value) {
	descriptor := key(v, "FontDescriptor")
	name := baseName(key(v, "BaseFont").Name())
	f.describe(name, descriptor)
	d.simpleText(f, v, name)
	unit := 0.001
	if key(v, "Subtype").Name() == "Type3" {
		unit = f.type3(v)
	}
	widths := key(v, "Widths")
	if widths.Kind() != ledongthuc.Array {
		f.standardWidths(name)
	} else {
		missing := key(descriptor, "MissingWidth").Float64() * unit
		for i := range f.width {
			f.width[i] = missing
		}
		first := int(key(v, "FirstChar").Int64())
		for i, w := range numbers(widths, 256) {
			if code := first + i; code >= 0 && code < 256 {
				f.width[code] = w * unit
			}
		}
	}
	if unit != 0.001 {
		f.type3Height()
	}
	for code, text := range f.text {
		if text == " " && f.width[code] > 0 {
			f.space = f.width[code]
			break
		}
	}
}

// type3 returns the unit of a Type 3 font's widths, and sets the height of its glyphs.
func (f *font) type3(v value) float64 {
	m, ok := matrixOf(numbers(key(v, "FontMatrix"), 6))
	if !ok || m[0] == 0 {
		return 0.001
	}
	if box := numbers(key(v, "FontBBox"), 4); len(box) == 4 && box[3] != box[1] {
		f.height = min(max(absf((box[3]-box[1])*m[3]), 1e-6), 1e6)
	} else {
		f.height = absf(m[3]) * 1000
	}
	return m[0]
}

// type3Height corrects the height of a Type 3 font whose bounding box is not true: bitmap fonts from TeX have an empty one.
func (f *font) type3Height() {
	sum, n := 0.0, 0.0
	for _, w := range f.width {
		if w > 0 {
			sum, n = sum+w, n+1
		}
	}
	if n > 0 && (f.height < 0.5*sum/n || f.height > 20*sum/n) {
		f.height = 1.8 * sum / n
	}
}

func absf(x float64) float64 {
	if x < 0 {
		return -x
	}
	return x
}

// baseName drops the tag of a subset: "ABCDEF+Helvetica" is Helvetica.
func baseName(name string) string {
	if len(name) > 7 && name[6] == '+' {
		return name[7:]
	}
	return name
}

// simpleText fills the text of each of a simple font's codes: ToUnicode first, then the encoding's glyph names, then the
// font's own encoding.
func (d *document) simpleText(f *font, v value, name string) {
	baseEncoding(f, v, name)
	d.builtIn(f, v)
	differences(f, key(v, "Encoding"))
	if m := d.toUnicode(v); m != nil {
		for code, text := range m.text {
			if code < 256 && useful(text) {
				f.text[code] = text
			}
		}
	}
	for code, text := range f.text {
		f.text[code] = assembly.Plain(text)
	}
}

// useful reports whether a ToUnicode entry says more than the encoding would.
func useful(text string) bool {
	r, _ := utf8.DecodeRuneInString(text)
	return text != "" && r != 0 && r != utf8.RuneError && (r < 0xe000 || r > 0xf8ff)
}

// baseEncoding fills in the encoding that differences are made to. A font program's own encoding is not read yet: fonts
// that rely on it are taken for StandardEncoding.
func baseEncoding(f *font, v value, name string) {
	enc := key(v, "Encoding")
	base := enc.Name()
	if isDict(enc) {
		base = key(enc, "BaseEncoding").Name()
	}
	table := standard
	switch base {
	case "WinAnsiEncoding":
		table = winAnsi
	case "MacRomanEncoding":
		table = macRoman
	case "":
		switch {
		case strings.HasPrefix(name, "Symbol"):
			table = symbol
		case strings.HasPrefix(name, "ZapfDingbats"):
			table = dingbats
		case key(v, "Subtype").Name() == "TrueType":
			table = winAnsi
		}
	}
	f.text = *table()
}

// differences applies an encoding dictionary's own names.
func differences(f *font, enc value) {
	list := key(enc, "Differences")
	code := 0
	unknown := map[string][]int{}
	for i := range min(list.Len(), 2048) {
		item := index(list, i)
		if isNumber(item) {
			code = int(item.Float64())
			continue
		}
		if code >= 0 && code < 256 {
			name := item.Name()
			f.text[code] = textOfName(name)
			if f.text[code] == "" && name != ".notdef" && name != "" {
				unknown[name] = append(unknown[name], code)
			}
		}
		code++
	}
	if len(unknown) == 0 {
		return
	}
	names := make([]string, 0, len(unknown))
	for name := range unknown {
		names = append(names, name)
	}
	rare := rareNames(names)
	for name, codes := range unknown {
		for _, code := range codes {
			f.text[code] = rare[name]
			if f.text[code] == "" {
				f.text[code] = numbered(name, code)
			}
		}
	}
}

// numbered reads the names that some writers make up from the character's code: "g65", "c65", "a65", "C0041". It is a
// guess, taken only when number and code agree.
func numbered(name string, code int) string {
	if len(name) < 2 || len(name) > 5 || code < 0x20 || code > 0x7e {
		return ""
	}
	digits := strings.TrimLeft(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_")
	n := 0
	for i := range len(digits) {
		if digits[i] < '0' || digits[i] > '9' {
			return ""
		}
		n = n*10 + int(digits[i]-'0')
	}
	if n != code {
		return ""
	}
	return string(rune(code))
}

func (d *document) loadComposite(f *font, v value) {
	f.composite = true
	f.known = make([]*[256]char, 256)
	child := index(key(v, "DescendantFonts"), 0)
	descriptor := key(child, "FontDescriptor")
	f.describe(baseName(key(v, "BaseFont").Name()), descriptor)
	f.unicode = d.toUnicode(v)
	enc := key(v, "Encoding")
	if enc.Kind() == ledongthuc.Stream {
		f.encoding = readCMap(d.stream(enc))
		f.vertical = f.encoding.vert
		if len(f.encoding.cids) == 0 && len(f.encoding.ranges) == 0 {
			f.encoding = nil
		}
	} else {
		name := enc.Name()
		f.vertical = strings.HasSuffix(name, "-V") || name == "V"
		f.legacy = predefined(name)
	}
	f.otherwise = 1
	if dw := key(child, "DW"); isNumber(dw) {
		f.otherwise = dw.Float64() / 1000
	}
	f.short = f.encoding == nil || f.encoding.short()
	f.widths = cidWidths(key(child, "W"))
	if f.legacy != nil {
		f.legacyWidths()
	}
	f.space = 0.25
}

// legacyWidths gives up on CID widths, which need the CIDs we do not have: full width, and half for single bytes.
func (f *font) legacyWidths() {
	f.widths = map[uint32]float64{}
	if f.legacy.width == 0 {
		for code := range uint32(256) {
			f.widths[code] = 0.5
		}
	} else {
		for code := range uint32(0x250) {
			f.widths[code] = 0.5
		}
	}
}

// cidWidths reads a W array: "c [w1 w2 …]" and "first last w".
func cidWidths(w value) map[uint32]float64 {
	out := map[uint32]float64{}
	n := min(w.Len(), 1<<17)
	for i := 0; i+1 < n; {
		first := uint32(max(index(w, i).Int64(), 0))
		second := index(w, i+1)
		if second.Kind() == ledongthuc.Array {
			for j, x := range numbers(second, 1<<16) {
				out[first+uint32(j)] = x / 1000
			}
			i += 2
			continue
		}
		last := uint32(max(second.Int64(), 0))
		x := index(w, i+2).Float64() / 1000
		if last >= first && last-first < 1<<16 && len(out) < 1<<18 {
			for c := first; c <= last; c++ {
				out[c] = x
			}
		}
		i += 3
	}
	return out
}
