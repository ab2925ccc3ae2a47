package value

import (
	"fmt"
	"regexp"
	"time"

	"github.com/shopspring/decimal"
)

// plainDecimal is a number as programs write it. It has no exponent, which could expand to a megabyte of zeros.
var plainDecimal = regexp.MustCompile(`^[+-]?\d{1,30}(\.\d{1,20})?$`)

// Normal returns text in the form that values of a field's type have: a date as YYYY-MM-DD, an amount as a decimal with a point
// and at least two decimals, a number as a decimal with a point and nothing to spare, a currency as its ISO 4217 code. What
// programs write (2024-12-31, 1234.5) is taken as it is, the rest as people print it. Values of other types have no form
// of their own.
func Normal(kind, text string, loc Locale) (string, error) {
	switch kind {
	case "date":
		if day, err := time.Parse(time.DateOnly, text); err == nil {
			return day.Format(time.DateOnly), nil
		}
		return ParseDate(text, loc)
	case "amount":
		if d, err := ParseDecimal(text); err == nil {
			return d.StringFixed(max(2, -d.Exponent())), nil
		}
		a, err := ParseAmount(text, loc)
		return a.Decimal, err
	case "number":
		d, err := ParseDecimal(text)
		if err != nil {
			return "", err
		}
		return d.String(), nil
	case "currency":
		code, ok := ParseCurrency(text)
		if !ok {
			return "", fmt.Errorf("read currency %q: no such currency", text)
		}
		return code, nil
	}
	return text, nil
}

// ParseDecimal reads a number as programs write it: digits, at most one point, and a sign.
func ParseDecimal(text string) (decimal.Decimal, error) {
	if !plainDecimal.MatchString(text) {
		return decimal.Decimal{}, fmt.Errorf("read number %q: not a plain decimal such as 1234.5", text)
	}
	return decimal.NewFromString(text)
}
