package pdf

import (
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// textString decodes a PDF text string (ISO 32000-1, 7.9.2.2): UTF-16 or UTF-8 by its mark, else PDFDocEncoding.
func textString(v value) string {
	raw := v.RawString()
	switch {
	case strings.HasPrefix(raw, "\xfe\xff"), strings.HasPrefix(raw, "\xff\xfe"):
		return utf16Text(raw[2:], raw[0] == 0xff)
	case strings.HasPrefix(raw, "\xef\xbb\xbf"):
		return raw[3:]
	}
	return v.Text()
}

func utf16Text(raw string, little bool) string {
	units := make([]uint16, 0, len(raw)/2)
	for i := 0; i+1 < len(raw); i += 2 {
		u := uint16(raw[i])<<8 | uint16(raw[i+1])
		if little {
			u = u<<8 | u>>8
		}
		units = append(units, u)
	}
	return string(utf16.Decode(units))
}

// clean makes text fit for storing and showing: valid UTF-8, no control characters.
func clean(s string) string {
	if !utf8.ValidString(s) {
		s = strings.ToValidUTF8(s, "")
	}
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t' || r == '\n' || r == '\r':
			return ' '
		case unicode.IsControl(r) || r == 0xfeff:
			return -1
		}
		return r
	}, s)
}

// plainGlyph spells out what a glyph's text should be in a word: ligatures become their letters, as readers search for
// "office" and not for "oﬃce"; spaces of all kinds become a plain space; what is no character at all becomes nothing.
func plainGlyph(s string) string {
	ordinary := true
	for i := range len(s) {
		if s[i] < 0x20 || s[i] >= 0x7f {
			ordinary = false
			break
		}
	}
	if ordinary {
		return s
	}
	var sb strings.Builder
	for _, r := range s {
		switch {
		case r >= 0xfb00 && r <= 0xfb06:
			sb.WriteString([]string{"ff", "fi", "fl", "ffi", "ffl", "ft", "st"}[r-0xfb00]) //nolint:gosec // seven ligatures
		case unicode.Is(unicode.Zs, r) || r == '\t' || r == '\n' || r == '\r':
			sb.WriteByte(' ')
		case r == 0xad:
			sb.WriteByte('-')
		case unicode.IsControl(r), r == utf8.RuneError, r == 0xfeff, r >= 0x200b && r <= 0x200f, r == 0xffff:
		default:
			sb.WriteRune(r)
		}
	}
	return sb.String()
}

// decodeText is textString for a string of a content stream.
func decodeText(raw string) string {
	if strings.HasPrefix(raw, "\xfe\xff") || strings.HasPrefix(raw, "\xff\xfe") {
		return utf16Text(raw[2:], raw[0] == 0xff)
	}
	if utf8.ValidString(raw) {
		return strings.TrimPrefix(raw, "\xef\xbb\xbf")
	}
	var sb strings.Builder
	for i := range len(raw) {
		sb.WriteRune(winAnsi(raw[i]))
	}
	return sb.String()
}
