package extract

import "github.com/millrace/millrace/shared/extract/value"

// trait is what is known of a row, for what is asked about it again and again.
type trait uint8

const (
	askedMoney trait = 1 << iota
	hasMoney
	askedTotal
	isTotal
	askedPostcode
	hasPostcode
)

// trait returns whether a row has one, which is found out once.
func (r *reading) trait(at int, asked, has trait, find func(at int) bool) bool {
	if r.traits == nil {
		r.traits = make([]trait, len(r.sheet.rows))
	}
	t := &r.traits[at]
	if *t&asked == 0 {
		*t |= asked
		if find(at) {
			*t |= has
		}
	}
	return *t&has != 0
}

// hasMoney says that a row has a number with two decimals.
func (r *reading) hasMoney(at int) bool {
	return r.trait(at, askedMoney, hasMoney, func(at int) bool { return value.HasMoney(r.sheet.rows[at].text, r.locale) })
}

// noteMoney notes what hasMoney will say of a row.
func (r *reading) noteMoney(at int, money bool) {
	r.trait(at, askedMoney, hasMoney, func(int) bool { return money })
}

// mayHavePostcode says that a postal code may stand in a row or in a part of it.
func (r *reading) mayHavePostcode(at int) bool {
	return r.trait(at, askedPostcode, hasPostcode, func(at int) bool { return mayHavePostcode(r.sheet.rows[at].text) })
}

// isTotal says that a row is headed as a sum, by a label of the template or by a word for what is carried over.
func (r *reading) isTotal(at int) bool {
	return r.trait(at, askedTotal, isTotal, func(at int) bool { return r.isHeadedAsSum(at) || r.isCarry(at) })
}

// hasDigit says that a token of a row is a number.
func (r *row) hasDigit() bool {
	for i := range r.tokens {
		if asciiDigit(r.tokens[i].text[0]) {
			return true
		}
	}
	return false
}
