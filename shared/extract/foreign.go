package extract

import (
	"slices"
	"strings"

	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/extract/invoice2data"
	"github.com/millrace/millrace/shared/layout"
)

// scoreForeign is the confidence of a value that a template made for its issuer read.
const scoreForeign = 0.97

// foreign applies the first of the invoice2data templates that fits the document, and says which one.
func (e *Extractor) foreign(s *sheet) (fields []event.Field, name string) {
	if len(e.borrowed) == 0 {
		return nil, ""
	}
	l := lay(s)
	for _, t := range e.borrowed {
		prepared := t.Prepare(l.text)
		values, lack := t.Read(prepared)
		if !lack.Fits() {
			continue
		}
		name = foreignName(t)
		return l.fields(values, name, prepared), name
	}
	if e.foreignOnly {
		return []event.Field{}, foreignName(e.borrowed[0])
	}
	return nil, ""
}

// foreignName is a borrowed template's name in sources and results.
func foreignName(t *invoice2data.Template) string { return "invoice2data/" + t.Name }

// withForeign puts a borrowed template's values before those that ours read and it has not. Where it is to read alone, they
// are all there is.
func (e *Extractor) withForeign(theirs, ours []event.Field) []event.Field {
	if e.foreignOnly {
		return theirs
	}
	out := slices.Clone(theirs)
	for _, f := range ours {
		if !slices.ContainsFunc(theirs, func(t event.Field) bool { return t.Name == f.Name }) {
			out = append(out, f)
		}
	}
	return out[:min(len(out), maxFields)]
}

// fields turns values into the event's form, each with its place on the page.
func (l *laid) fields(values []invoice2data.Value, template, prepared string) []event.Field {
	var out []event.Field
	for _, v := range values {
		f := event.Field{Name: v.Name, Value: clip(v.Text), Type: v.Type, Raw: clip(v.Raw), Confidence: scoreForeign, Source: template + "#" + v.Name}
		if f.Value == "" {
			continue
		}
		if v.At >= 0 {
			page, box := l.of(v, prepared)
			f.Page, f.BBox = page, roundBox(box)
		}
		out = append(out, f)
	}
	return inOurNames(out)
}

// of returns a value's place. Where the template changed the text, its words are looked for.
func (l *laid) of(v invoice2data.Value, prepared string) (page int, box layout.Box) {
	if prepared == l.text {
		return l.place(v.At, v.At+len(v.Raw))
	}
	from, to, ok := l.find(v.Raw, float64(v.At)/float64(max(len(prepared), 1)))
	if !ok {
		return 0, layout.Box{}
	}
	return l.place(from, to)
}

// ourNames are the names that our templates have for invoice2data's recommended fields.
func ourNames(name string) string {
	switch name {
	case "amount":
		return "grand_total"
	case "amount_untaxed":
		return "net_total"
	case "amount_tax":
		return "tax_total"
	case "date":
		return "issue_date"
	case "date_due":
		return "due_date"
	case "vat":
		return "seller_vat"
	case "issuer":
		return "seller_name"
	}
	return ""
}

// inOurNames adds the values once more under the names that they have in our templates, so that one query finds them
// whatever template read them.
func inOurNames(fields []event.Field) []event.Field {
	out := slices.Clone(fields)
	for _, f := range fields {
		name := ourNames(f.Name)
		if name == "" || slices.ContainsFunc(out, func(o event.Field) bool { return o.Name == name }) {
			continue
		}
		f.Name = name
		switch {
		case strings.HasSuffix(name, "_total"):
			f.Type = typeAmount
		case strings.HasSuffix(name, "_date"):
			f.Type = typeDate
		}
		out = append(out, f)
	}
	return out
}
