package pdf

import (
	"strconv"
	"strings"
	"sync"
	"unicode/utf16"
	"unicode/utf8"

	ledongthuc "github.com/ledongthuc/pdf"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/unicode/norm"
)

// The encodings of ISO 32000-1, annex D. Windows-1252 and Mac OS Roman stand in for WinAnsi and MacRoman: they differ in
// codes that documents do not use.
//
//nolint:gochecknoglobals // tables that are worked out once
var (
	winAnsi  = textsOf(winAnsiRune)
	macRoman = textsOf(charmap.Macintosh.DecodeByte)
	standard = textsOf(standardRune)
	symbol   = textsOf(symbolRune)
	dingbats = textsOf(dingbatsRune)
)

// textsOf returns the table of an encoding when it is first asked for. A code without a character has no text.
func textsOf(runeOf func(byte) rune) func() *[256]string {
	return sync.OnceValue(func() *[256]string {
		var texts [256]string
		for code := range texts {
			if r := runeOf(byte(code)); r >= ' ' && r != utf8.RuneError {
				texts[code] = string(r)
			}
		}
		return &texts
	})
}

func winAnsiRune(code byte) rune {
	switch code {
	case 0x7f, 0x81, 0x8d, 0x8f, 0x90, 0x9d:
		return '•'
	}
	return charmap.Windows1252.DecodeByte(code)
}

// standardUpper is the upper half of StandardEncoding from 0xA1 on; a space is a code without a character.
const standardUpper = "¡¢£⁄¥ƒ§¤'“«‹›ﬁﬂ –†‡· ¶•‚„”»…‰ ¿ `´ˆ˜¯˘˙¨ ˚¸ ˝˛ˇ—                Æ ª    ŁØŒº     æ   ı  łøœß"

func standardRune(code byte) rune {
	switch {
	case code == '\'':
		return '’'
	case code == '`':
		return '‘'
	case code >= 0x20 && code < 0x7f:
		return rune(code)
	case code >= 0xa1:
		return nth(standardUpper, int(code)-0xa1)
	}
	return 0
}

const (
	symbolLower = " !∀#∃%&∋()∗+,−./0123456789:;<=>?≅ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ[∴]⊥_‾αβχδεφγηιϕκλμνοπθρστυϖωξψζ{|}∼"
	symbolUpper = "€ϒ′≤⁄∞ƒ♣♦♥♠↔←↑→↓°±″≥×∝∂•÷≠≡≈…⏐⎯↵ℵℑℜ℘⊗⊕∅∩∪⊃⊇⊄⊂⊆∈∉∠∇®©™∏√⋅¬∧∨⇔⇐⇑⇒⇓◊〈®©™∑⎛⎜⎝⎡⎢⎣⎧⎨⎩⎪ 〉∫⌠⎮⌡⎞⎟⎠⎤⎥⎦⎫⎬⎭"
)

func symbolRune(code byte) rune {
	switch {
	case code >= 0x20 && code < 0x7f:
		return nth(symbolLower, int(code)-0x20)
	case code >= 0xa0:
		return nth(symbolUpper, int(code)-0xa0)
	}
	return 0
}

// dingbats maps the ZapfDingbats font onto the Dingbats block, which was laid out after it.
func dingbatsRune(code byte) rune {
	switch {
	case code == 0x20:
		return ' '
	case code == 'l':
		return '●'
	case code == 'n':
		return '■'
	case code > 0x20 && code < 0x7f:
		return 0x2700 + rune(code) - 0x20
	case code > 0xa0:
		return 0x2760 + rune(code) - 0xa0
	}
	return 0
}

func nth(s string, n int) rune {
	for _, r := range s {
		if n == 0 {
			if r == ' ' && s != symbolLower {
				return 0
			}
			return r
		}
		n--
	}
	return 0
}

// glyphNames are names of the Adobe Glyph List that are in most fonts, and that no rule of [runeOfName] gives.
const glyphNames = "space   exclam ! quotedbl \" numbersign # dollar $ percent % ampersand & quotesingle ' parenleft ( parenright ) " +
	"asterisk * plus + comma , hyphen - period . slash / zero 0 one 1 two 2 three 3 four 4 five 5 six 6 seven 7 eight 8 nine 9 " +
	"colon : semicolon ; less < equal = greater > question ? at @ bracketleft [ backslash \\ bracketright ] asciicircum ^ " +
	"underscore _ grave ` braceleft { bar | braceright } asciitilde ~ exclamdown ¡ cent ¢ sterling £ currency ¤ yen ¥ " +
	"brokenbar ¦ section § dieresis ¨ copyright © ordfeminine ª guillemotleft « logicalnot ¬ registered ® macron ¯ degree ° " +
	"plusminus ± twosuperior ² threesuperior ³ acute ´ mu µ paragraph ¶ periodcentered · cedilla ¸ onesuperior ¹ " +
	"ordmasculine º guillemotright » onequarter ¼ onehalf ½ threequarters ¾ questiondown ¿ AE Æ Eth Ð multiply × Oslash Ø " +
	"Thorn Þ germandbls ß ae æ eth ð divide ÷ oslash ø thorn þ dotlessi ı Lslash Ł lslash ł OE Œ oe œ florin ƒ circumflex ˆ " +
	"tilde ˜ caron ˇ breve ˘ dotaccent ˙ ring ˚ ogonek ˛ hungarumlaut ˝ endash – emdash — quoteleft ‘ quoteright ’ " +
	"quotesinglbase ‚ quotedblleft “ quotedblright ” quotedblbase „ dagger † daggerdbl ‡ bullet • ellipsis … perthousand ‰ " +
	"guilsinglleft ‹ guilsinglright › fraction ⁄ Euro € trademark ™ minus − fi ﬁ fl ﬂ ff ﬀ ffi ﬃ ffl ﬄ sfthyphen - " +
	"Dcroat Đ dcroat đ nbspace   nonbreakingspace   middot · dotlessj ȷ sfl ﬂ visiblespace   compwordmark  "

// glyphTable is built on first use and never changed.
var glyphTable = sync.OnceValue(func() map[string]rune { //nolint:gochecknoglobals // constant after first use
	table := map[string]rune{}
	rest := glyphNames
	for len(rest) > 0 {
		name, after, _ := strings.Cut(rest, " ")
		r, n := utf8.DecodeRuneInString(after)
		table[name] = r
		rest = strings.TrimPrefix(after[min(n, len(after)):], " ")
	}
	return table
})

func accents() []string {
	return []string{
		"grave\u0300", "acute\u0301", "circumflex\u0302", "tilde\u0303", "macron\u0304", "breve\u0306", "dotaccent\u0307", "dot\u0307",
		"dieresis\u0308", "ring\u030a", "hungarumlaut\u030b", "caron\u030c", "cedilla\u0327", "ogonek\u0328", "commaaccent\u0326",
	}
}

// textOfName returns the text that a glyph's name stands for, by the rules of the Adobe Glyph List Specification, or "".
func textOfName(name string) string {
	if name == "" || name == ".notdef" {
		return ""
	}
	base, _, _ := strings.Cut(name, ".")
	if base == "" {
		return ""
	}
	if !strings.Contains(base, "_") {
		return component(base)
	}
	var sb strings.Builder
	for part := range strings.SplitSeq(base, "_") {
		sb.WriteString(component(part))
	}
	return sb.String()
}

func component(name string) string {
	if len(name) == 1 && (name[0] >= 'A' && name[0] <= 'Z' || name[0] >= 'a' && name[0] <= 'z') {
		return name
	}
	if r, ok := glyphTable()[name]; ok {
		return string(r)
	}
	if hex, ok := strings.CutPrefix(name, "uni"); ok && len(hex) >= 4 && len(hex)%4 == 0 {
		return hexText(hex)
	}
	if hex, ok := strings.CutPrefix(name, "u"); ok && len(hex) >= 4 && len(hex) <= 6 {
		if n, err := strconv.ParseUint(hex, 16, 32); err == nil && utf8.ValidRune(rune(n)) {
			return string(rune(n))
		}
	}
	if len(name) > 2 && (name[0] >= 'A' && name[0] <= 'Z' || name[0] >= 'a' && name[0] <= 'z') {
		for _, accent := range accents() {
			r, n := utf8.DecodeLastRuneInString(accent)
			if accent[:len(accent)-n] == name[1:] {
				if s := norm.NFC.String(name[:1] + string(r)); utf8.RuneCountInString(s) == 1 {
					return s
				}
			}
		}
	}
	if small, ok := strings.CutSuffix(name, "small"); ok && len(small) == 1 {
		return strings.ToLower(small)
	}
	return ""
}

func hexText(hex string) string {
	units := make([]uint16, 0, len(hex)/4)
	for i := 0; i+4 <= len(hex); i += 4 {
		n, err := strconv.ParseUint(hex[i:i+4], 16, 16)
		if err != nil {
			return ""
		}
		units = append(units, uint16(n))
	}
	return string(utf16.Decode(units))
}

// rareNames looks up the names that are not in our own table, in the object reader's full Adobe Glyph List. The list can be
// reached through a font's encoder only, so it is asked by a font made for the purpose: codes 0x80 to 0x9F are no
// character's code point, so a name it does not know comes back as its code.
func rareNames(names []string) map[string]string {
	out := map[string]string{}
	for len(names) > 0 {
		batch := names[:min(32, len(names))]
		names = names[len(batch):]
		file := "%PDF-1.7\n"
		table := len(file)
		file += "xref\n0 1\n0000000000 65535 f \ntrailer\n<< /Size 1 /F << /Encoding << /Differences [128"
		for _, n := range batch {
			file += " /" + escapeName(n)
		}
		file += "] >> >> >>\nstartxref\n" + strconv.Itoa(table) + "\n%%EOF\n"
		if len(file) < 120 {
			file = strings.Replace(file, "startxref", strings.Repeat(" ", 120)+"\nstartxref", 1)
		}
		r, err := ledongthuc.NewReader(strings.NewReader(file), int64(len(file)))
		if err != nil {
			continue
		}
		font := ledongthuc.Font{V: key(r.Trailer(), "F")}
		for i, n := range batch {
			text := font.Encoder().Decode(string([]byte{byte(128 + i)}))
			if text != string(rune(128+i)) && text != "" {
				out[n] = text
			}
		}
	}
	return out
}

func escapeName(name string) string {
	var sb strings.Builder
	for i := range len(name) {
		if c := name[i]; c <= ' ' || c >= 0x7f || isDelim(c) || c == '#' {
			sb.WriteByte('#')
			sb.WriteByte("0123456789ABCDEF"[c>>4])
			sb.WriteByte("0123456789ABCDEF"[c&15])
		} else {
			sb.WriteByte(c)
		}
	}
	return sb.String()
}
