package remote

import (
	"regexp"
	"time"

	"github.com/shopspring/decimal"

	"github.com/millrace/millrace/shared/extract/value"
)

// Types of fields whose values have one normal form.
const (
	typeDate     = "date"
	typeAmount   = "amount"
	typeCurrency = "currency"
	typeNumber   = "number"
)

var validDecimal = regexp.MustCompile(`^[+-]?\d{1,30}(\.\d{1,20})?$`)

// normalise returns a value in the form that fields of its type have; false, and the value as it is, where it is none.
func normalise(kind, text, language string) (string, bool) {
	loc := value.Locale{Language: language}
	switch kind {
	case typeDate:
		if day, err := time.Parse(time.DateOnly, text); err == nil {
			return day.Format(time.DateOnly), true
		}
		iso, err := value.ParseDate(text, loc)
		return orSame(iso, text, err == nil)
	case typeAmount:
		if d, ok := plain(text); ok {
			return d.StringFixed(max(2, -d.Exponent())), true
		}
		a, err := value.ParseAmount(text, loc)
		return orSame(a.Decimal, text, err == nil)
	case typeNumber:
		d, ok := plain(text)
		return orSame(d.String(), text, ok)
	case typeCurrency:
		code, ok := value.ParseCurrency(text)
		return orSame(code, text, ok)
	}
	return text, true
}

func orSame(normal, text string, ok bool) (string, bool) {
	if ok {
		return normal, true
	}
	return text, false
}

func plain(text string) (decimal.Decimal, bool) {
	if !validDecimal.MatchString(text) {
		return decimal.Decimal{}, false
	}
	d, err := decimal.NewFromString(text)
	return d, err == nil
}
