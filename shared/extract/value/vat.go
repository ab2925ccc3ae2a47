package value

import (
	"strings"
)

// FindVATs returns what has the shape of a European VAT identification number, blanks, dots and dashes allowed inside.
// Valid says that the checksum is right too, for the countries whose rule [ValidVAT] knows.
func FindVATs(text string) []Identifier {
	var out []Identifier
	for i := 0; i+4 < len(text); i++ {
		if !isUpper(text[i]) || !isUpper(text[i+1]) || letterBefore(text, i) || i > 0 && isDigit(text[i-1]) {
			continue
		}
		if s, end := vatAt(text, i); s != "" {
			out = append(out, Identifier{Span{i, end}, s, ValidVAT(s)})
			i = end - 1
		}
	}
	return out
}

// vatAt returns the longest well-formed number at text[i:]. It ends at the end of a word.
func vatAt(text string, i int) (best string, end int) {
	var b strings.Builder
	b.WriteString(text[i : i+2])
	for j := i + 2; j < len(text) && b.Len() < 16 && j-i < 28; {
		c := text[j]
		switch {
		case isDigit(c) || isUpper(c):
			b.WriteByte(c)
			j++
			last := j == len(text) || !isDigit(text[j]) && !letterAfter(text, j)
			if last && vatShape(b.String()) {
				best, end = b.String(), j
			}
		case c == '.' || c == '-':
			j++
		case space(text, j) > 0:
			j += space(text, j)
		default:
			return best, end
		}
	}
	return best, end
}

// vatPattern returns the shapes of a country's numbers after the prefix: 9 a digit, X a letter or digit, A a letter, other
// characters themselves (European Commission, VIES: structure of VAT numbers).
func vatPattern(country string) []string {
	switch country {
	case "AT":
		return []string{"U99999999"}
	case "BE":
		return []string{"0999999999", "1999999999"}
	case "BG":
		return []string{"999999999", "9999999999"}
	case "CY":
		return []string{"99999999A"}
	case "CZ":
		return []string{"99999999", "999999999", "9999999999"}
	case "DE", "EE", "PT":
		return []string{"999999999"}
	case "EL":
		return []string{"999999999"}
	case "DK", "FI", "HU", "LU", "MT", "SI":
		return []string{"99999999"}
	case "ES":
		return []string{"X9999999X"}
	case "FR":
		return []string{"XX999999999"}
	case "GB", "XI":
		return []string{"999999999", "999999999999", "GD999", "HA999"}
	case "HR", "IT", "LV":
		return []string{"99999999999"}
	case "IE":
		return []string{"9X99999A", "9999999AA"}
	case "LT":
		return []string{"999999999", "999999999999"}
	case "NL":
		return []string{"999999999B99"}
	case "PL", "SK":
		return []string{"9999999999"}
	case "RO":
		return []string{"999999", "9999999", "99999999", "999999999", "9999999999"}
	case "SE":
		return []string{"999999999901"}
	}
	return nil
}

func vatShape(s string) bool {
	for _, p := range vatPattern(s[:2]) {
		if matchShape(p, s[2:]) {
			return true
		}
	}
	return s[:2] == "CH" && len(s) >= 12 && matchShape("E999999999", s[2:12]) && (s[12:] == "" || s[12:] == "MWST" || s[12:] == "TVA" || s[12:] == "IVA")
}

func matchShape(pattern, s string) bool {
	if len(pattern) != len(s) {
		return false
	}
	for i := range len(s) {
		c := s[i]
		switch pattern[i] {
		case '9':
			if !isDigit(c) {
				return false
			}
		case 'A':
			if !isUpper(c) {
				return false
			}
		case 'X':
			if !isDigit(c) && !isUpper(c) {
				return false
			}
		default:
			if c != pattern[i] {
				return false
			}
		}
	}
	return true
}

// ValidVAT says whether s (no blanks, upper case, with its country prefix) has its country's shape and, for AT, BE, CH, DE,
// DK, ES (companies), FI, FR (numeric keys), GB, IT, LU, NL, PL, PT and SE, a right checksum. Other countries pass on their shape
// alone. The algorithms are those of the national authorities as collected in the Commission's VIES documentation.
func ValidVAT(s string) bool {
	if len(s) < 4 || !vatShape(s) {
		return false
	}
	d := s[2:]
	switch s[:2] {
	case "AT":
		return (10-(luhnSum(d[1:8], 0)+4)%10)%10 == digit(d, 8)
	case "BE":
		return 97-modulo(d[:8], 97) == modulo(d[8:], 1000)
	case "CH":
		return weighted(d[1:9], 5, 4, 3, 2, 7, 6, 5, 4)%11 == (11-digit(d, 9))%11
	case "DE":
		return mod1110(d)
	case "DK":
		return weighted(d, 2, 7, 6, 5, 4, 3, 2, 1)%11 == 0
	case "ES":
		return validNIF(d)
	case "FI":
		return (11-weighted(d[:7], 7, 9, 10, 5, 8, 4, 2)%11)%11 == digit(d, 7)
	case "FR":
		// Keys with letters follow a rule that is not public; they pass on their shape.
		return !isDigit(d[0]) || !isDigit(d[1]) || (12+3*modulo(d[2:], 97))%97 == modulo(d[:2], 1000)
	case "GB":
		return validGB(d)
	case "IT":
		return luhnSum(d, 0)%10 == 0
	case "LU":
		return modulo(d[:6], 89) == modulo(d[6:], 1000)
	case "NL":
		return weighted(d[:8], 9, 8, 7, 6, 5, 4, 3, 2)%11 == digit(d, 8) || mod97NL(s)
	case "PL":
		return weighted(d[:9], 6, 5, 7, 2, 3, 4, 5, 6, 7)%11 == digit(d, 9)
	case "PT":
		r := 11 - weighted(d[:8], 9, 8, 7, 6, 5, 4, 3, 2)%11
		return r%11%10 == digit(d, 8) || r >= 10 && d[8] == '0'
	case "SE":
		return luhnSum(d[:10], 1)%10 == 0
	}
	return true
}

func digit(s string, i int) int { return int(s[i] - '0') }

// modulo returns the number that s is in decimal, modulo m.
func modulo(s string, m int) int {
	n := 0
	for i := range len(s) {
		n = (n*10 + digit(s, i)) % m
	}
	return n
}

func weighted(s string, weights ...int) int {
	n := 0
	for i, w := range weights {
		n += w * digit(s, i)
	}
	return n
}

// luhnSum adds the digits, every second one doubled with its own digits added; odd positions are doubled, counting from
// the start plus shift.
func luhnSum(s string, shift int) int {
	sum := 0
	for i := range len(s) {
		n := digit(s, i)
		if (i+shift)%2 == 1 {
			n *= 2
			n = n/10 + n%10
		}
		sum += n
	}
	return sum
}

// mod1110 is ISO 7064, MOD 11,10, over eight digits and the check digit.
func mod1110(d string) bool {
	p := 10
	for i := range 8 {
		s := (digit(d, i) + p) % 10
		if s == 0 {
			s = 10
		}
		p = 2 * s % 11
	}
	return (11-p)%10 == digit(d, 8)
}

// validNIF checks Spanish numbers: companies by their control digit or letter, persons by theirs modulo 23.
func validNIF(d string) bool {
	const letters = "TRWAGMYFPDXBNJZSQVHLCKE"
	switch {
	case isDigit(d[0]):
		return isUpper(d[8]) && letters[modulo(d[:8], 23)] == d[8]
	case strings.IndexByte("XYZ", d[0]) >= 0:
		return letters[modulo(string('0'+d[0]-'X')+d[1:8], 23)] == d[8]
	case strings.IndexByte("KLM", d[0]) >= 0:
		return isUpper(d[8])
	case strings.IndexByte("ABCDEFGHJNPQRSUVW", d[0]) < 0:
		return false
	}
	sum := luhnSum(d[1:8], 1)
	check := (10 - sum%10) % 10
	return d[8] == byte('0'+check) || d[8] == "JABCDEFGHI"[check]
}

func validGB(d string) bool {
	if len(d) < 9 {
		return true // government and health authorities have no checksum
	}
	sum := weighted(d[:7], 8, 7, 6, 5, 4, 3, 2) + modulo(d[7:9], 1000)
	return sum%97 == 0 || (sum+55)%97 == 0
}

// mod97NL is the rule of Dutch numbers since 2020: the whole as in an IBAN (letters from A = 10) modulo 97 is 1.
func mod97NL(s string) bool {
	rem := 0
	for i := range len(s) {
		if c := s[i]; isDigit(c) {
			rem = (rem*10 + int(c-'0')) % 97
		} else {
			rem = (rem*100 + int(c-'A') + 10) % 97
		}
	}
	return rem == 1
}
