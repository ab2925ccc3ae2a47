package pdf

import (
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
)

// cmap maps codes to Unicode (a ToUnicode stream) or to CIDs (an embedded encoding).
type cmap struct {
	text   map[uint32]string
	cids   map[uint32]uint32
	ranges []cidRange
	spaces []codeSpace
	vert   bool
}

type cidRange struct{ lo, hi, cid uint32 }

type codeSpace struct {
	length int
	lo, hi uint32
}

// maxMapped bounds a character map's entries; Unicode has fewer.
const maxMapped = 1 << 18

// readCMap reads a character map stream. Lines that make no sense are skipped.
func readCMap(src []byte) *cmap {
	m := &cmap{text: map[uint32]string{}, cids: map[uint32]uint32{}}
	l := lexer{src: src}
	var args []operand
	for {
		l.again()
		var o operand
		if args, o = l.operands(args[:0], 4096); o.kind == kindEnd {
			return m
		}
		switch string(o.str) {
		case "endcodespacerange":
			for i := 0; i+1 < len(args); i += 2 {
				if n := len(args[i].str); n >= 1 && n <= 4 {
					m.spaces = append(m.spaces, codeSpace{n, codeOf(args[i].str), codeOf(args[i+1].str)})
				}
			}
		case "endbfchar":
			for i := 0; i+1 < len(args); i += 2 {
				m.set(codeOf(args[i].str), destination(args[i+1]))
			}
		case "endbfrange":
			for i := 0; i+2 < len(args); i += 3 {
				m.textRange(args[i], args[i+1], args[i+2])
			}
		case "endcidchar":
			for i := 0; i+1 < len(args); i += 2 {
				m.cids[codeOf(args[i].str)] = uint32(max(args[i+1].num, 0))
			}
		case "endcidrange":
			for i := 0; i+2 < len(args); i += 3 {
				m.ranges = append(m.ranges, cidRange{codeOf(args[i].str), codeOf(args[i+1].str), uint32(max(args[i+2].num, 0))})
			}
		case "def":
			if n := len(args); n >= 2 && args[n-2].kind == kindName && string(args[n-2].str) == "WMode" {
				m.vert = args[n-1].num == 1
			}
		}
	}
}

func codeOf(b []byte) uint32 {
	var n uint32
	for _, c := range b {
		n = n<<8 | uint32(c)
	}
	return n
}

func destination(o operand) string {
	if o.kind == kindName {
		return textOfName(string(o.str))
	}
	if len(o.str) == 1 {
		return string(rune(o.str[0]))
	}
	return utf16Text(string(o.str), false)
}

func (m *cmap) set(code uint32, text string) {
	if len(m.text) < maxMapped {
		m.text[code] = text
	}
}

func (m *cmap) textRange(from, to, dst operand) {
	lo, hi := codeOf(from.str), codeOf(to.str)
	if hi < lo || hi-lo > 0xffff {
		return
	}
	if dst.kind == kindArray {
		for i, o := range dst.items {
			if lo+uint32(i) <= hi {
				m.set(lo+uint32(i), destination(o))
			}
		}
		return
	}
	text := destination(dst)
	if text == "" {
		return
	}
	last, size := utf8.DecodeLastRuneInString(text)
	stem := text[:len(text)-size]
	for code := lo; ; code++ {
		m.set(code, stem+string(last+rune(code-lo)))
		if code == hi {
			return
		}
	}
}

// cid returns the CID of a code.
func (m *cmap) cid(code uint32) uint32 {
	if cid, ok := m.cids[code]; ok {
		return cid
	}
	for _, r := range m.ranges {
		if code >= r.lo && code <= r.hi {
			return r.cid + code - r.lo
		}
	}
	return 0
}

// take splits the first code off s by the code space ranges; without ranges codes have two bytes.
func (m *cmap) take(s []byte) (code uint32, n int) {
	if m == nil || len(m.spaces) == 0 {
		n = min(2, len(s))
		return codeOf(s[:n]), n
	}
	for n = 1; n <= 4 && n <= len(s); n++ {
		code = codeOf(s[:n])
		for _, r := range m.spaces {
			if r.length == n && inSpace(code, r) {
				return code, n
			}
		}
	}
	n = 4
	for _, r := range m.spaces {
		n = min(n, r.length)
	}
	n = min(n, len(s))
	return codeOf(s[:n]), n
}

// short reports whether no code has more than two bytes.
func (m *cmap) short() bool {
	return !slices.ContainsFunc(m.spaces, func(r codeSpace) bool { return r.length > 2 })
}

// inSpace compares byte by byte, as code space ranges are rectangles and not intervals.
func inSpace(code uint32, r codeSpace) bool {
	for shift := 0; shift < 8*r.length; shift += 8 {
		b := code >> shift & 0xff
		if b < r.lo>>shift&0xff || b > r.hi>>shift&0xff {
			return false
		}
	}
	return true
}

// legacy decodes the codes of the predefined character maps for East Asian fonts (ISO 32000-1, table 118) straight to
// Unicode; the CIDs between are of no use to a reader of text.
type legacy struct {
	enc   encoding.Encoding // nil for UTF-16
	width int               // bytes of every code, or 0 where the first byte says
}

// predefined returns the decoder for a named character map, or nil where there is none, as for Identity-H.
func predefined(name string) *legacy {
	switch {
	case strings.Contains(name, "UCS2") || strings.Contains(name, "UTF16"):
		return &legacy{width: 2}
	case strings.HasPrefix(name, "GBK2K"):
		return &legacy{enc: simplifiedchinese.GB18030}
	case strings.HasPrefix(name, "GB"):
		return &legacy{enc: simplifiedchinese.GBK}
	case strings.Contains(name, "B5") || strings.HasPrefix(name, "ET") || strings.HasPrefix(name, "HKscs"):
		return &legacy{enc: traditionalchinese.Big5}
	case strings.Contains(name, "RKSJ"):
		return &legacy{enc: japanese.ShiftJIS}
	case name == "EUC-H" || name == "EUC-V":
		return &legacy{enc: japanese.EUCJP}
	case strings.HasPrefix(name, "KSC"):
		return &legacy{enc: korean.EUCKR}
	}
	return nil
}

// surrogate reports whether s begins with the first half of a character of UTF-16.
func (l *legacy) surrogate(s []byte) bool { return l.width == 2 && s[0] >= 0xd8 && s[0] <= 0xdb }

// take splits the first code off s and returns its text.
func (l *legacy) take(s []byte) (text string, n int) {
	if l.width == 2 {
		n = min(2, len(s))
		if n == 2 && l.surrogate(s) {
			n = min(4, len(s))
		}
		return utf16Text(string(s[:n]), false), n
	}
	for n = 1; n <= 2 && n <= len(s); n++ {
		if n == 1 && s[0] >= 0x80 && len(s) > 1 && (l.enc != japanese.ShiftJIS || s[0] < 0xa0 || s[0] > 0xdf) {
			continue
		}
		out, err := l.enc.NewDecoder().Bytes(s[:n])
		if err == nil && !strings.ContainsRune(string(out), utf8.RuneError) {
			return string(out), n
		}
	}
	return "", 1
}
