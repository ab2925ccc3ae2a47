package synthetic

import (
	"fmt"
	"strings"
)

// iban returns an IBAN with valid check digits (ISO 13616, ISO 7064 mod 97-10), without spaces. The national check digits
// inside the BBAN are not computed.
func iban(d *dice, country, pattern string) string {
	bban := d.pattern(pattern)
	return country + fmt.Sprintf("%02d", 98-mod97(bban+country+"00")) + bban
}

// mod97 reads letters as 10 to 35 (ISO 7064) and returns the remainder by 97.
func mod97(s string) int {
	rem := 0
	for _, r := range s {
		if r >= 'A' && r <= 'Z' {
			rem = (rem*100 + int(r-'A') + 10) % 97
		} else {
			rem = (rem*10 + int(r-'0')) % 97
		}
	}
	return rem
}

// spaced4 groups an identifier by fours, as IBANs are printed.
func spaced4(s string) string {
	var parts []string
	for len(s) > 4 {
		parts = append(parts, s[:4])
		s = s[4:]
	}
	return strings.Join(append(parts, s), " ")
}

// vatID returns a VAT identification number with valid check digits, without spaces; "" where the country has none.
func vatID(d *dice, country string) string {
	switch country {
	case "DE":
		n := d.digits(8)
		return "DE" + n + fmt.Sprint(iso7064mod11(n))
	case "FR": // key and SIREN, whose last digit is a Luhn digit
		siren := d.digits(8)
		siren += fmt.Sprint(luhnDigit(siren))
		return fmt.Sprintf("FR%02d%s", (12+3*(number(siren)%97))%97, siren)
	case "NL": // the form in use since 2020: mod 97 over the whole number, letters as two digits
		n := "NL" + d.digits(9) + "B"
		return n + fmt.Sprintf("%02d", 98-mod97(n+"00"))
	case "ES": // a company: letter, seven digits, control digit
		n := d.digits(7)
		return "ES" + one(d, "A", "B") + n + fmt.Sprint(luhnDigit(n))
	case "GB": // mod 97
		n := d.digits(7)
		sum := 0
		for i, r := range n {
			sum += int(r-'0') * (8 - i)
		}
		return fmt.Sprintf("GB%s%02d", n, 97-sum%97)
	case "BE":
		n := "0" + d.digits(7)
		return fmt.Sprintf("BE%s%02d", n, 97-number(n)%97)
	case "AT":
		n := d.digits(7)
		return "ATU" + n + fmt.Sprint(austrian(n))
	case "IE":
		n := d.digits(7)
		sum := 0
		for i, r := range n {
			sum += int(r-'0') * (8 - i)
		}
		return "IE" + n + string("WABCDEFGHIJKLMNOPQRSTUV"[sum%23])
	case "CH":
		return swiss(d)
	default:
		return ""
	}
}

func number(s string) int {
	n := 0
	for _, r := range s {
		n = n*10 + int(r-'0')
	}
	return n
}

// iso7064mod11 returns the mod 11,10 check digit of German VAT ids.
func iso7064mod11(digits string) int {
	p := 10
	for _, r := range digits {
		s := (int(r-'0') + p) % 10
		if s == 0 {
			s = 10
		}
		p = 2 * s % 11
	}
	return (11 - p) % 10
}

// luhnDigit returns the digit that makes digits plus itself pass the Luhn test.
func luhnDigit(digits string) int {
	sum := 0
	for i := range len(digits) {
		n := int(digits[len(digits)-1-i] - '0')
		if i%2 == 0 {
			n *= 2
			if n > 9 {
				n -= 9
			}
		}
		sum += n
	}
	return (10 - sum%10) % 10
}

// austrian returns the check digit of Austrian VAT ids.
func austrian(digits string) int {
	sum := 0
	for i, r := range digits {
		n := int(r - '0')
		if i%2 == 1 {
			n = n/5 + n*2%10
		}
		sum += n
	}
	return (10 - (sum+4)%10) % 10
}

// swiss returns a Swiss UID, whose last digit is a weighted mod 11; numbers without such a digit are not given out.
func swiss(d *dice) string {
	weights := [8]int{5, 4, 3, 2, 7, 6, 5, 4}
	for {
		n := d.digits(8)
		sum := 0
		for i, r := range n {
			sum += int(r-'0') * weights[i]
		}
		if c := (11 - sum%11) % 11; c < 10 {
			return fmt.Sprintf("CHE%s%d", n, c)
		}
	}
}

// bic returns an eight-letter bank code.
func bic(d *dice, country string) string {
	return d.letters(4) + country + one(d, "2A", "33", "FF", "21", "22", "2L")
}
