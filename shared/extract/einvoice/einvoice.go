package einvoice

import (
	"errors"
	"strings"

	"github.com/millrace/millrace/shared/extract/value"
)

// The syntaxes that are read.
const (
	CII = "cii" // UN/CEFACT Cross Industry Invoice
	UBL = "ubl" // OASIS Universal Business Language: Invoice, CreditNote
)

// ErrNoInvoice says that a document is XML, but no invoice of a known syntax.
var ErrNoInvoice = errors.New("this XML is no invoice in CII or UBL")

// Field is one value: names and forms are those of the template for invoices (see docs/templates.md).
type Field struct {
	Name  string // such as grand_total, or of a line's value, such as unit_price
	Type  string // date, amount, currency, identifier, party, text or number
	Value string
	Raw   string // as the XML has it
}

// Invoice is what an electronic invoice says.
type Invoice struct {
	Syntax string // CII or UBL
	Fields []Field
	// Lines are the invoice's lines, at most 2,000, each with at least one value: position, item_number, description, quantity,
	// unit (a code of UN/ECE Recommendation 20), unit_price, price_quantity (what the price is for), tax_rate, amount.
	Lines [][]Field
}

// Parse reads an invoice. The error is [ErrNoInvoice] for other XML, and says what is wrong with XML that cannot be read.
func Parse(content []byte) (Invoice, error) {
	root, err := parse(content)
	if err != nil {
		return Invoice{}, err
	}
	for _, s := range syntaxes() {
		if !among(root.name, s.root) {
			continue
		}
		inv := Invoice{Syntax: s.name}
		for _, r := range s.fields {
			if f, ok := r.read(root); ok {
				inv.Fields = append(inv.Fields, f)
			}
		}
		inv.Lines = lines(root, s)
		return inv, nil
	}
	return Invoice{}, ErrNoInvoice
}

// rule says where a field stands: the first path that leads to a value is taken. One that ends in /@name leads to an attribute.
type rule struct {
	name  string
	typ   string
	paths []string
}

// syntax is how one XML vocabulary spells an invoice.
type syntax struct {
	name   string
	root   string
	fields []rule
	lines  string // path of the invoice's lines
	line   []rule // relative to a line
}

func (r rule) read(at *node) (Field, bool) {
	for _, path := range r.paths {
		path, attribute, _ := strings.Cut(path, "/@")
		for _, n := range at.find(path) {
			raw := n.value()
			if attribute != "" {
				raw = n.attr(attribute)
			}
			if v := normal(r.typ, n, raw); v != "" {
				return Field{Name: r.name, Type: r.typ, Value: v, Raw: raw}, true
			}
		}
	}
	return Field{}, false
}

// normal brings an element's text into the form of its type; "" for what is none.
func normal(typ string, n *node, raw string) string {
	switch typ {
	case "date":
		return date(n, raw)
	case "amount":
		return decimal(raw, 2)
	case "number":
		return decimal(raw, 0)
	case "currency":
		if code, ok := value.ParseCurrency(raw); ok {
			return code
		}
		return ""
	case "iban", "bic", "vat":
		return strings.ToUpper(strings.ReplaceAll(raw, " ", ""))
	}
	return raw
}

// date reads 20180305 (format 102) and 2018-03-05, with or without a time behind it.
func date(_ *node, raw string) string {
	digits := strings.Map(func(c rune) rune {
		if c >= '0' && c <= '9' {
			return c
		}
		return -1
	}, raw)
	if len(digits) < 8 {
		return ""
	}
	iso := digits[:4] + "-" + digits[4:6] + "-" + digits[6:8]
	if _, err := value.ParseDate(iso, value.Locale{}); err != nil {
		return ""
	}
	return iso
}

// decimal returns a number with a point, at least so many decimals, and no zeros beyond them.
func decimal(raw string, least int) string {
	sign := ""
	if rest, negative := strings.CutPrefix(raw, "-"); negative {
		sign, raw = "-", rest
	}
	whole, fraction, _ := strings.Cut(strings.TrimPrefix(raw, "+"), ".")
	if whole == "" && fraction == "" || strings.Trim(whole+fraction, "0123456789") != "" {
		return ""
	}
	whole, fraction = strings.TrimLeft(whole, "0"), strings.TrimRight(fraction, "0")
	for len(fraction) < least {
		fraction += "0"
	}
	if whole == "" {
		whole = "0"
	}
	if fraction == "" {
		return sign + whole
	}
	return sign + whole + "." + fraction
}
