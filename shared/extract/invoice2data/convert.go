package invoice2data

import (
	"strings"

	"github.com/shopspring/decimal"

	"github.com/millrace/millrace/shared/extract/value"
)

// typeOf returns the type of a value in the words of our templates.
func typeOf(name, coerced string) string {
	last := name[strings.LastIndexByte(name, '.')+1:]
	switch coerced {
	case "date":
		return "date"
	case "int":
		return "number"
	case "float":
		if strings.HasPrefix(last, "amount") || strings.HasPrefix(last, "price") {
			return "amount"
		}
		return "number"
	}
	switch last {
	case "issuer", "partner_name":
		return "party"
	case "currency":
		return "currency"
	case "invoice_number", "vat", "iban", "bic":
		return "identifier"
	}
	return "text"
}

// coerce reads text as a type; without one it stays as it is.
func (r *reading) coerce(text, typ string) (string, bool) {
	switch typ {
	case "int", "float":
		d, ok := decimal.Zero, true
		if strings.TrimSpace(text) != "" {
			d, ok = r.number(text)
		}
		if !ok {
			return "", false
		}
		if typ == "int" {
			return d.Truncate(0).String(), true
		}
		return plain(d), true
	case "date":
		return r.date(text)
	}
	return text, true
}

// number reads a number with the template's decimal separator; every other mark between digits groups them.
func (r *reading) number(text string) (decimal.Decimal, bool) {
	whole, fraction, more := strings.Cut(text, r.template.options.decimal)
	if more && strings.Contains(fraction, r.template.options.decimal) {
		return decimal.Zero, false
	}
	clean := strings.NewReplacer(".", "", ",", "", "'", "", " ", "", "\u00a0", "", "\u202f", "", "\t", "", "\n", "", "\f", "")
	s := clean.Replace(whole)
	if more {
		s += "." + clean.Replace(fraction)
	}
	d, err := decimal.NewFromString(s)
	return d, err == nil
}

// plain writes a number with at least two decimals where it has any, as amounts are written.
func plain(d decimal.Decimal) string {
	if d.Exponent() < -2 {
		return d.String()
	}
	return d.StringFixed(2)
}

// date reads a date in the template's languages. Where its formats do not say whether the day comes first, it does in
// every language but English, which is also what is assumed where there is none.
func (r *reading) date(text string) (string, bool) {
	o := &r.template.options
	languages := o.languages
	if len(languages) == 0 {
		languages = []string{"en"}
	}
	text = strings.Join(strings.Fields(text), " ")
	text = strings.ReplaceAll(text, " ,", ",")
	for _, language := range languages {
		loc := value.Locale{Language: language, MonthFirst: language == "en", OrderKnown: true}
		for _, f := range o.formats {
			day, month := strings.IndexAny(f, "d"), max(strings.Index(f, "%m"), strings.Index(f, "%b"), strings.Index(f, "%B"))
			if day >= 0 && month >= 0 {
				loc.MonthFirst = month < day
				break
			}
		}
		if iso, err := value.ParseDate(text, loc); err == nil {
			return iso, true
		}
	}
	return "", false
}

func less(a, b, typ string) bool {
	if typ == "int" || typ == "float" {
		x, errX := decimal.NewFromString(a)
		y, errY := decimal.NewFromString(b)
		if errX == nil && errY == nil {
			return x.LessThan(y)
		}
	}
	return a < b
}

// sum adds numbers up. Values without a type are put one behind the other, as Python would.
func sum(values []Value, typ string) string {
	total := decimal.Zero
	for _, v := range values {
		d, err := decimal.NewFromString(v.Text)
		if err != nil {
			continue
		}
		total = total.Add(d)
	}
	if typ == "int" {
		return total.Truncate(0).String()
	}
	return plain(total)
}
