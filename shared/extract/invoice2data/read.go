package invoice2data

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// maxText bounds the text that expressions see, in bytes.
const maxText = 1 << 20

// Value is a value that a template read.
type Value struct {
	// Name is the field's; values of lines are named lines[0].column.
	Name string
	// Text is the value: dates as YYYY-MM-DD, numbers with a point.
	Text string
	// Type is one of text, date, amount, currency, number, identifier, party.
	Type string
	// Raw is the text that was matched.
	Raw string
	// At is the byte of the prepared text at which it was matched; -1 for values that the template fixes.
	At int
}

// Lack says what a template did not find in a text.
type Lack struct {
	Keywords []string // that are not in the text
	Excluded []string // that are, and must not be
	Fields   []string // that are required and were not found
}

// Fits says that nothing is lacking.
func (l Lack) Fits() bool { return len(l.Keywords)+len(l.Excluded)+len(l.Fields) == 0 }

// reading is one template at work on one text.
type reading struct {
	template *Template
	text     string
	clock    clock
}

// Prepare returns text as the template's options want it.
func (t *Template) Prepare(text string) string {
	if len(text) > maxText {
		text = strings.ToValidUTF8(text[:maxText], "")
	}
	if t.options.removeWhitespace {
		text = strings.ReplaceAll(text, " ", "")
	}
	if t.options.removeAccents {
		text = strings.Map(func(c rune) rune {
			if c > unicode.MaxASCII {
				return -1
			}
			return c
		}, norm.NFKD.String(text))
	}
	if t.options.lowercase {
		text = strings.ToLower(text)
	}
	for _, r := range t.options.replace {
		if out, err := r.match.re.Replace(text, r.with, -1, -1); err == nil {
			text = out
		}
	}
	return text
}

// Match says which keywords prepared text lacks, and which it must not have.
func (t *Template) Match(prepared string) Lack { return t.match(prepared, newClock()) }

func (t *Template) match(prepared string, c clock) Lack {
	var l Lack
	has := func(k keyword) bool {
		if k.plain {
			return strings.Contains(prepared, k.written)
		}
		return c.search(k.expression, prepared) != nil
	}
	for _, k := range t.keywords {
		if !has(k) {
			l.Keywords = append(l.Keywords, k.written)
		}
	}
	for _, k := range t.excluded {
		if has(k) {
			l.Excluded = append(l.Excluded, k.written)
		}
	}
	return l
}

// Keywords returns how many keywords the template has.
func (t *Template) Keywords() int { return len(t.keywords) }

// Read applies the template to prepared text. Where something is lacking there are no values. The same text gives the same
// values, unless an expression runs into its time limit, and then its field is missing.
func (t *Template) Read(prepared string) ([]Value, Lack) {
	r := &reading{template: t, text: prepared, clock: newClock()}
	lack := t.match(prepared, r.clock)
	if !lack.Fits() {
		return nil, lack
	}
	out := []Value{}
	has := func(name string) bool {
		return slices.ContainsFunc(out, func(v Value) bool { return v.Name == name || strings.HasPrefix(v.Name, name+"[") })
	}
	for i := range t.fields {
		out = append(out, t.fields[i].read(r)...)
	}
	for _, v := range []Value{{Name: "issuer", Text: t.Issuer}, {Name: "currency", Text: t.options.currency}, {Name: "desc", Text: "Invoice from " + t.Issuer}} {
		if !has(v.Name) {
			v.Type, v.Raw, v.At = typeOf(v.Name, ""), v.Text, -1
			out = append(out, v)
		}
	}
	slices.SortStableFunc(out, func(a, b Value) int { return rank(a) - rank(b) })
	for _, table := range t.tables {
		out = append(out, table.read(r, has)...)
	}
	for _, name := range t.required {
		if !has(name) {
			lack.Fields = append(lack.Fields, name)
		}
	}
	if !lack.Fits() {
		return nil, lack
	}
	return out, lack
}

// rank puts the issuer first and what the template says of itself behind the template's fields.
func rank(v Value) int {
	switch v.Name {
	case "issuer":
		return -1
	case "currency", "desc":
		return 1
	}
	return 0
}

// first returns the match of the first expression that has one.
func (r *reading) first(expressions []*expression, line string) *match {
	for _, e := range expressions {
		if m := r.clock.search(e, line); m != nil {
			return m
		}
	}
	return nil
}

// span is a stretch of the text.
type span struct{ from, to int }

// split cuts text[from:to] at the separator's matches.
func (r *reading) split(separator *expression, from, to int) []span {
	var out []span
	for {
		m := r.clock.search(separator, r.text[from:to])
		if m == nil || m.to == m.from {
			return append(out, span{from, to})
		}
		out = append(out, span{from, from + m.from})
		from += m.to
	}
}
