package pdf

import (
	"bytes"
	"regexp"
	"strconv"

	ledongthuc "github.com/ledongthuc/pdf"
)

// builtIn sets the text of the codes that an embedded font program names itself, which is what codes mean where the font's dictionary
// has no base encoding (ISO 32000-1, 9.6.6.1). Programs that are damaged, or have a standard encoding, change nothing.
func (d *document) builtIn(f *font, v value) {
	enc := key(v, "Encoding")
	if enc.Kind() == ledongthuc.Name || isDict(enc) && key(enc, "BaseEncoding").Name() != "" {
		return
	}
	descriptor := key(v, "FontDescriptor")
	if program := key(descriptor, "FontFile"); program.Kind() == ledongthuc.Stream {
		type1Encoding(f, d.stream(program))
	}
	if program := key(descriptor, "FontFile3"); key(program, "Subtype").Name() == "Type1C" {
		if c := readCFF(d.stream(program)); c != nil {
			c.encode(f)
		}
	}
}

var namedCode = regexp.MustCompile(`dup\s+(\d{1,3})\s*/([^\s/]{1,60})\s+put`)

// type1Encoding reads the array of names in the clear text of a Type 1 program (Adobe Type 1 Font Format, 2.3).
func type1Encoding(f *font, program []byte) {
	clearText, _, _ := bytes.Cut(program, []byte("eexec"))
	_, array, found := bytes.Cut(clearText, []byte("/Encoding"))
	if !found || bytes.HasPrefix(bytes.TrimSpace(array), []byte("StandardEncoding")) {
		return
	}
	for _, m := range namedCode.FindAllSubmatch(array, 256) {
		code, err := strconv.Atoi(string(m[1]))
		if text := textOfName(string(m[2])); err == nil && code < 256 && text != "" {
			f.text[code] = text
		}
	}
}

// cff is a font program in the Compact Font Format, as far as the meaning of codes goes (Adobe Technical Note 5176).
type cff struct {
	data    []byte
	strings [][]byte
	top     map[int]int // operands of the top dictionary, by operator
	sids    []int       // names of glyphs, by number
}

// Operators of the top dictionary.
const (
	opCharset     = 15
	opEncoding    = 16
	opCharStrings = 17
	opEscape      = 12
	opROS         = opEscape<<8 | 30
)

// readCFF returns nil for a program that is damaged, or whose glyphs have numbers for names.
func readCFF(data []byte) (c *cff) {
	defer func() {
		if recover() != nil { // an index out of range
			c = nil
		}
	}()
	c = &cff{data: data}
	_, at := c.index(int(data[2]))
	tops, at := c.index(at)
	c.strings, _ = c.index(at)
	c.top = topDict(tops[0])
	if _, byNumber := c.top[opROS]; byNumber || c.top[opCharStrings] == 0 {
		return nil
	}
	glyphs, _ := c.index(c.top[opCharStrings])
	c.sids = c.charset(c.top[opCharset], len(glyphs))
	return c
}

func (c *cff) number(at, size int) int { return int(codeOf(c.data[at : at+size])) }

// index reads an INDEX: its items and the position behind it.
func (c *cff) index(at int) (items [][]byte, end int) {
	count := c.number(at, 2)
	if count == 0 {
		return nil, at + 2
	}
	size := int(c.data[at+2])
	first := at + 3
	base := first + (count+1)*size - 1
	items = make([][]byte, count)
	for i := range items {
		items[i] = c.data[base+c.number(first+i*size, size) : base+c.number(first+(i+1)*size, size)]
	}
	return items, base + c.number(first+count*size, size)
}

// topDict reads the last operand of each operator; real numbers are passed over.
func topDict(data []byte) map[int]int {
	out := map[int]int{}
	operand := 0
	for i := 0; i < len(data); {
		b := int(data[i])
		i++
		switch {
		case b == opEscape:
			out[opEscape<<8|int(data[i])] = operand
			i++
		case b <= 21:
			out[b] = operand
		case b == 28:
			operand = int(codeOf(data[i : i+2]))
			i += 2
		case b == 29:
			operand = int(codeOf(data[i : i+4]))
			i += 4
		case b == 30:
			for data[i]&0x0f != 0x0f && data[i]>>4 != 0x0f {
				i++
			}
			i++
		case b <= 246:
			operand = b - 139
		case b <= 250:
			operand = (b-247)*256 + int(data[i]) + 108
			i++
		default:
			operand = -(b-251)*256 - int(data[i]) - 108
			i++
		}
	}
	return out
}

// charset returns the names of the glyphs as numbers of strings.
func (c *cff) charset(at, glyphs int) []int {
	out := []int{0}
	if at <= 2 { // predefined: the first is that of ISO Adobe, in which glyphs are numbered as the strings are
		for i := 1; i < glyphs && at == 0; i++ {
			out = append(out, i)
		}
		return out
	}
	format, size := c.data[at], 0
	at++
	if format > 0 {
		size = int(format)
	}
	for len(out) < glyphs {
		first := c.number(at, 2)
		left := c.number(at+2, size)
		at += 2 + size
		for i := 0; i <= left && len(out) < glyphs; i++ {
			out = append(out, first+i)
		}
	}
	return out
}

// encode sets the text of the codes of a font that has an encoding of its own.
func (c *cff) encode(f *font) {
	defer func() { _ = recover() }() // an index out of range: the rest of the encoding is lost
	at := c.top[opEncoding]
	if at <= 1 {
		return
	}
	set := func(code, sid int) {
		if text := c.text(sid); text != "" {
			f.text[code] = text
		}
	}
	format, count := c.data[at], int(c.data[at+1])
	at += 2
	glyph := 1
	for range count {
		first, left := int(c.data[at]), 0
		at++
		if format&0x7f == 1 {
			left = int(c.data[at])
			at++
		}
		for i := 0; i <= left; i++ {
			set(first+i, c.sids[glyph])
			glyph++
		}
	}
	if format&0x80 != 0 {
		for i := range int(c.data[at]) {
			set(int(c.data[at+1+3*i]), c.number(at+2+3*i, 2))
		}
	}
}

const (
	firstOwnString = 391 // those before are the format's standard strings
	// latinStrings are the characters of the standard strings 150 to 228 (Technical Note 5176, appendix A). Strings 1 to 149 name the
	// characters of StandardEncoding in its order.
	latinStrings = "¹¬µ™Ð½±Þ¼÷¦°þ¾²®−ð×³©ÁÂÄÀÅÃÇÉÊËÈÍÎÏÌÑÓÔÖÒÕŠÚÛÜÙÝŸŽáâäàåãçéêëèíîïìñóôöòõšúûüùýÿž"
)

// text returns what a glyph of that name says, or "".
func (c *cff) text(sid int) string {
	switch {
	case sid >= firstOwnString:
		return textOfName(string(c.strings[sid-firstOwnString]))
	case sid >= 150:
		return textOfRune(nth(latinStrings, sid-150))
	}
	n := 0
	for code := 0x20; code < 0x100; code++ {
		if r := standardRune(byte(code)); r != 0 {
			if n++; n == sid {
				return textOfRune(r)
			}
		}
	}
	return ""
}

func textOfRune(r rune) string {
	if r == 0 {
		return ""
	}
	return string(r)
}
