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

// Clean makes text fit for storing and showing: valid UTF-8, no control characters.
func Clean(s string) string {
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
		sb.WriteRune(winAnsiRune(raw[i]))
	}
	return sb.String()
}
